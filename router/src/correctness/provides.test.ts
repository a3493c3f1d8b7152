/** `@provides`: the fields that a subgraph has of another's entity at one place only, and nothing beyond them. */
import { describeCases } from './cases.js';

interface Thing {
  readonly id: string;
}

const resolveType = ({ __typename }: { __typename: string }) => __typename;
const reviews = {
  typeDefs: `
    type Query {
      reviews: [Review!]!
      owned: [Media!]! @provides(fields: "... on Book { title }")
      other: [Media!]!
      named: Named @provides(fields: "... on User { name nick }")
    }
    type Review {
      author: User @provides(fields: "name")
      editor: User
      work: Book @provides(fields: "title shelf { code }")
    }
    type User implements Named @key(fields: "id") { id: ID! name: String @external nick: String @external }
    interface Named { id: ID! name: String }
    union Media = Book | Film
    type Book @key(fields: "id") { id: ID! title: String @external shelf: Shelf @external }
    type Film @key(fields: "id") { id: ID! }
    type Shelf { code: String @external }
  `,
  resolvers: {
    Query: {
      reviews: () => [{}],
      owned: () => media('here'),
      other: () => media('here'),
      named: () => ({ __typename: 'User', id: '7', name: 'name here', nick: 'nick here' }),
    },
    // The names differ from the owner's, so that an answer shows whom it was taken from.
    Review: {
      author: () => ({ id: '1', name: 'author here' }),
      editor: () => ({ id: '2', name: 'editor here' }),
      work: () => ({ id: '3', title: 'title here', shelf: { code: 'shelf here' } }),
    },
    Named: { __resolveType: resolveType },
    Media: { __resolveType: resolveType },
  },
};
const owner = {
  typeDefs: `
    type User @key(fields: "id") { id: ID! name: String @shareable nick: String @shareable age: Int }
    type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int shelf: Shelf @shareable }
    type Film @key(fields: "id") { id: ID! title: String @shareable }
    type Shelf { code: String @shareable row: Int }
  `,
  resolvers: {
    User: { name: there('name'), nick: there('nick'), age: () => 30 },
    Book: { title: there('title'), pages: () => 99, shelf: () => ({ code: 'shelf there', row: 4 }) },
    Film: { title: there('film') },
  },
};
function media(where: string) {
  return [
    { __typename: 'Book', id: 'b', title: `book ${where}` },
    { __typename: 'Film', id: 'f', title: `film ${where}` },
  ];
}
function there(field: string) {
  return ({ id }: Thing) => `${field} of ${id} there`;
}

describeCases('@provides', { reviews, owner }, [
  {
    title: 'is taken at its place, and the owner is not asked',
    query: '{ reviews { author { name } } }',
    data: { reviews: [{ author: { name: 'author here' } }] },
    unasked: ['owner'],
  },
  {
    title: 'is not taken at another place of the same type',
    query: '{ reviews { editor { name } } }',
    data: { reviews: [{ editor: { name: 'name of 2 there' } }] },
  },
  {
    title: 'only what is provided',
    query: '{ reviews { author { name age } editor { id } } }',
    data: { reviews: [{ author: { name: 'author here', age: 30 }, editor: { id: '2' } }] },
  },
  {
    title: 'nested in an object without a key',
    query: '{ reviews { work { title shelf { code } } } }',
    data: { reviews: [{ work: { title: 'title here', shelf: { code: 'shelf here' } } }] },
    unasked: ['owner'],
  },
  {
    title: 'nested, with a field beside it that is not provided',
    query: '{ reviews { work { shelf { row } pages } } }',
    data: { reviews: [{ work: { shelf: { row: 4 }, pages: 99 } }] },
  },
  {
    title: 'on one member of a union',
    query: '{ owned { ... on Book { title } ... on Film { title } } }',
    data: { owned: [{ title: 'book here' }, { title: 'film of f there' }] },
  },
  {
    title: 'on one member of a union, only that member asked for',
    query: '{ owned { ... on Book { title } } }',
    data: { owned: [{ title: 'book here' }, {}] },
    unasked: ['owner'],
  },
  {
    title: 'the same union where nothing is provided',
    query: '{ other { ... on Book { title } ... on Film { title } } }',
    data: { other: [{ title: 'title of b there' }, { title: 'film of f there' }] },
  },
  {
    title: 'both unions at once keep apart',
    query: '{ owned { ... on Book { title } } other { ... on Book { title } } }',
    data: { owned: [{ title: 'book here' }, {}], other: [{ title: 'title of b there' }, {}] },
  },
  {
    title: 'on an interface and on its implementation',
    query: '{ named { name ... on User { nick } } }',
    data: { named: { name: 'name here', nick: 'nick here' } },
    unasked: ['owner'],
  },
  {
    title: 'on an implementation, with a field that is not provided',
    query: '{ named { name ... on User { nick age } } }',
    data: { named: { name: 'name here', nick: 'nick here', age: 30 } },
  },
]);
