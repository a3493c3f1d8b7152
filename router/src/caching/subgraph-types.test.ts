import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { SubgraphTypes } from './subgraph-types.js';

const supergraph = parse(
  compose([
    {
      name: 'catalog',
      url: 'http://127.0.0.1/catalog',
      typeDefs: `
        type Query { media: Media  found: [[Found!]!]  all: [Book!]! }
        interface Media @key(fields: "id") { id: ID!  title: String }
        type Book implements Media @key(fields: "id") { id: ID!  title: String  maker: Maker! }
        type Film implements Media @key(fields: "id") { id: ID!  title: String }
        union Found = Book | Film
        type Maker @key(fields: "id") { id: ID! }
      `,
    },
    {
      name: 'reviews',
      url: 'http://127.0.0.1/reviews',
      typeDefs: `
        type Query { latest: Media }
        type Media @key(fields: "id") @interfaceObject { id: ID!  rating: Float  about: Media }
        union Found = Maker | Note
        type Maker @key(fields: "id") { id: ID! }
        type Note { text: String }
      `,
    },
  ]),
);
const typesOf = (graph: string) => new SubgraphTypes('Query', supergraph, graph);

test('objects, and what may be where an interface or a union is', () => {
  const catalog = typesOf('CATALOG');
  expect(['Book', 'Film', 'Maker', 'Query'].every((name) => catalog.isObject(name))).toBe(true);
  expect(['Media', 'Found', 'Note', 'Nothing'].some((name) => catalog.isObject(name))).toBe(false);
  expect([...catalog.objectsOf('Media')].sort()).toEqual(['Book', 'Film']);
  expect([...catalog.objectsOf('Found')].sort()).toEqual(['Book', 'Film']);
  expect(catalog.objectsOf('Book')).toEqual(['Book']);
  expect(catalog.objectsOf('Nothing')).toEqual([]);
});

test('each subgraph has its own: of an interface object, of a union, of which types there are', () => {
  const reviews = typesOf('REVIEWS');
  expect(reviews.isObject('Media')).toBe(true);
  expect(reviews.objectsOf('Media')).toEqual(['Media']);
  expect([...reviews.objectsOf('Found')].sort()).toEqual(['Maker', 'Note']);
  expect(reviews.isObject('Film')).toBe(false);
  expect(reviews.isOfType('Film', 'Media')).toBe(false);
});

test('which names meet a condition', () => {
  const catalog = typesOf('CATALOG');
  expect(catalog.isOfType('Book', 'Media')).toBe(true);
  expect(catalog.isOfType('Book', 'Found')).toBe(true);
  expect(catalog.isOfType('Book', 'Book')).toBe(true);
  expect(catalog.isOfType('Book', 'Film')).toBe(false);
  expect(catalog.isOfType('Maker', 'Media')).toBe(false);
});

test('what a field has items of, whatever lists are around them; not known is not known', () => {
  const catalog = typesOf('CATALOG');
  expect(catalog.typeOf('Query', 'found')).toBe('Found');
  expect(catalog.typeOf('Query', 'all')).toBe('Book');
  expect(catalog.typeOf('Book', 'maker')).toBe('Maker');
  expect(catalog.typeOf('Book', 'nothing')).toBeUndefined();
  expect(catalog.typeOf('Nothing', 'id')).toBeUndefined();
  expect(typesOf('REVIEWS').typeOf('Media', 'about')).toBe('Media');
});

test('a type that the subgraph has narrower than the supergraph', () => {
  const sdl = compose([
    {
      name: 'wide',
      url: 'http://127.0.0.1/wide',
      typeDefs: `
        type Query { one: Thing @shareable }
        interface Thing { id: ID! }
        type Screw implements Thing @shareable { id: ID! }
      `,
    },
    {
      name: 'narrow',
      url: 'http://127.0.0.1/narrow',
      typeDefs: 'type Query { one: Screw @shareable }  type Screw @shareable { id: ID! }',
    },
  ]);
  const types = (graph: string) => new SubgraphTypes('Query', parse(sdl), graph);
  expect(types('WIDE').typeOf('Query', 'one')).toBe('Thing');
  expect(types('NARROW').typeOf('Query', 'one')).toBe('Screw');
});
