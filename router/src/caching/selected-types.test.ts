import { expect, test } from 'vitest';
import { cachedSubgraph } from '../testing/cached-subgraph.js';
import { followGraphNames } from './invalidation/graph-names.js';
import { readInvalidations } from './invalidation/read-invalidations.js';

const typeDefs = `
  type Query { tag(name: String!): Tag  shelves: [Shelf!]!  found: [Found!]!  named: Named  none: Int }
  interface Named { name: String! }
  type Tag implements Named { name: String! }
  type Shelf { label: String! books: [Book!]! }
  type Book implements Named @key(fields: "id") { id: ID! name: String! tags: [Tag!]! sequel: Book }
  union Found = Book | Shelf
  type Elsewhere { name: String! }
`;

const resolvers = {
  Query: {
    tag: () => null,
    shelves: () => [{ label: 'a', books: [] }],
    found: () => [{ __typename: 'Shelf', label: 'a' }],
    named: () => null,
    none: () => 1,
  },
  Book: { __resolveReference: ({ id }: { id: string }) => ({ id, name: id, tags: [], sequel: null }) },
};

const entities = (fields: string) =>
  `query($representations:[_Any!]!){_entities(representations:$representations){${fields}}}`;
const book = { __typename: 'Book', id: '1' };

/** @returns whether the endpoint, told of the type, has it fetched anew */
async function isFetchedAfter(type: string, query: string, maxBytes: number): Promise<boolean> {
  const { backend, sdl, asked, fetch, entities: ask } = cachedSubgraph({ typeDefs, resolvers, maxBytes });
  const get = () => (query.startsWith('query(') ? ask(query, [book]) : fetch(query));
  await get();
  await get();
  expect(asked).toHaveLength(1);
  const names = followGraphNames(() => sdl)();
  const fenced = readInvalidations([{ kind: 'type', subgraph: 's', type }], names);
  await backend.settle('s', { cluster: null, xids: [], tags: [...(fenced.get('s') ?? [])] }, null);
  await get();
  return asked.length === 2;
}

test.each([
  ['Tag', '{tag(name:"a"){name}}'],
  ['Book', '{shelves{label books{name}}}'],
  ['Tag', '{shelves{books{name tags{name}}}}'],
  ['Tag', '{...rest} fragment rest on Query{shelves{books{...on Book{tags{name}}}}}'],
  ['Book', '{found{__typename ...on Shelf{label}}}'],
  ['Tag', '{found{__typename ...on Book{tags{name}}}}'],
  ['Tag', '{named{name}}'],
  ['Named', '{tag(name:"a"){name}}'],
  ['Found', '{shelves{books{name}}}'],
  ['Tag', entities('...on Book{name tags{name}}')],
  ['Book', entities('...on Book{sequel{name}}')],
])('invalidating %s reaches what has none of it yet: %s', async (type, query) => {
  expect(await isFetchedAfter(type, query, 10_000_000)).toBe(true);
  expect(await isFetchedAfter(type, query, 0)).toBe(true);
});

test.each([
  ['Shelf', '{tag(name:"a"){name}}'],
  ['Tag', '{shelves{label books{name}}}'],
  ['Shelf', entities('...on Book{name tags{name}}')],
])('invalidating %s leaves what can have none of it: %s', async (type, query) => {
  expect(await isFetchedAfter(type, query, 10_000_000)).toBe(false);
});
