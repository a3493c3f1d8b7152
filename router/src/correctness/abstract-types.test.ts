/** Interfaces and unions of which each subgraph knows a part. */
import { describeCases } from './cases.js';

interface Media {
  readonly id: string;
  readonly __typename: string;
}

const resolveType = ({ __typename }: Media) => __typename;
const library = {
  typeDefs: `
    type Query { media: [Media!]! content: [Content!]! one(id: ID!): Media shelf: Shelf }
    interface Media { id: ID! title: String }
    union Content = Book | Song
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int related: [Media!]! }
    type Song implements Media @key(fields: "id") { id: ID! title: String seconds: Int }
    type Shelf @key(fields: "id") { id: ID! top: Content @shareable label: String }
  `,
  resolvers: {
    Query: {
      media: () => [book('1'), song('2'), book('3')],
      content: () => [song('4'), book('5')],
      one: (_: unknown, { id }: { id: string }) => (Number(id) % 2 === 0 ? song(id) : book(id)),
      shelf: () => ({ id: 's', label: 'top' }),
    },
    Media: { __resolveType: resolveType },
    Content: { __resolveType: resolveType },
    Book: {
      title: title('book'),
      pages: () => 300,
      related: () => [song('6'), book('7')],
      __resolveReference: (reference: object) => reference,
    },
    Song: { title: title('song'), seconds: () => 90 },
    Shelf: { top: () => book('9'), __resolveReference: (reference: object) => reference, label: () => 'top' },
  },
};
// Knows of a third kind, which implements the same interface, and of the union with another member.
const cinema = {
  typeDefs: `
    type Query { shown: [Media!]! mixed: [Content!]! }
    interface Media { id: ID! rating: Float }
    union Content = Book | Film
    type Book implements Media @key(fields: "id") { id: ID! rating: Float film: Film }
    type Song implements Media @key(fields: "id") { id: ID! rating: Float }
    type Film implements Media @key(fields: "id") { id: ID! rating: Float title: String director: Person }
    type Person @key(fields: "name") { name: String! }
    type Shelf @key(fields: "id") { id: ID! top: Content @shareable }
  `,
  resolvers: {
    Query: {
      shown: () => [film('8'), book('1')],
      mixed: () => [book('5'), film('8')],
    },
    Media: { __resolveType: resolveType },
    Content: { __resolveType: resolveType },
    Book: { rating: rate, film: () => film('8') },
    Song: { rating: rate },
    Film: { rating: rate, title: title('film'), director: () => ({ name: 'Ada' }) },
    Shelf: { top: () => book('9') },
  },
};
const people = {
  typeDefs: `
    type Person @key(fields: "name") { name: String! born: Int likes: [Liked] }
    union Liked = Song | Book
    type Book @key(fields: "id") { id: ID! fans: Int }
    type Song @key(fields: "id") { id: ID! fans: Int }
  `,
  resolvers: {
    Person: { born: () => 1815, likes: () => [song('2'), null, book('1')] },
    Liked: { __resolveType: resolveType },
    Book: { fans: () => 2 },
    Song: { fans: () => 3 },
  },
};
function book(id: string): Media {
  return { id, __typename: 'Book' };
}
function song(id: string): Media {
  return { id, __typename: 'Song' };
}
function film(id: string): Media {
  return { id, __typename: 'Film' };
}
function title(kind: string) {
  return ({ id }: Media) => `${kind} ${id}`;
}
function rate({ id }: Media) {
  return Number(id) / 2;
}

// `Media.title` and `Media.rating` are not in both: composition asks each implementation for them.
const subgraphs = {
  library: { ...library, typeDefs: library.typeDefs },
  cinema,
  people,
};

describeCases('interfaces and unions across subgraphs', subgraphs, [
  {
    title: "an interface's field from its own subgraph",
    query: '{ media { id title } }',
    data: {
      media: [
        { id: '1', title: 'book 1' },
        { id: '2', title: 'song 2' },
        { id: '3', title: 'book 3' },
      ],
    },
  },
  {
    title: "an interface's field from another subgraph",
    query: '{ media { rating } }',
    data: { media: [{ rating: 0.5 }, { rating: 1 }, { rating: 1.5 }] },
  },
  {
    title: "an interface's field both ways, in the client's order",
    query: '{ media { rating title __typename id } }',
    data: {
      media: [
        { rating: 0.5, title: 'book 1', __typename: 'Book', id: '1' },
        { rating: 1, title: 'song 2', __typename: 'Song', id: '2' },
        { rating: 1.5, title: 'book 3', __typename: 'Book', id: '3' },
      ],
    },
  },
  {
    title: 'a type that the other subgraph does not have',
    query: '{ shown { id title __typename ... on Film { director { born } } ... on Book { pages } } }',
    data: {
      shown: [
        { id: '8', title: 'film 8', __typename: 'Film', director: { born: 1815 } },
        { id: '1', title: 'book 1', __typename: 'Book', pages: 300 },
      ],
    },
  },
  {
    title: 'a type in a fragment that the answering subgraph cannot give',
    query: '{ media { ... on Film { title director { name } } ... on Book { film { title } } } }',
    data: {
      media: [{ film: { title: 'film 8' } }, {}, { film: { title: 'film 8' } }],
    },
  },
  {
    title: 'only a type that the answering subgraph cannot give',
    query: '{ media { ... on Film { title } } }',
    data: { media: [{}, {}, {}] },
  },
  {
    title: 'nested interfaces, each entered from the other',
    query: '{ shown { ... on Book { related { rating ... on Song { seconds fans } } } } }',
    data: { shown: [{}, { related: [{ rating: 3, seconds: 90, fans: 3 }, { rating: 3.5 }] }] },
  },
  {
    title: 'one by one under aliases',
    query: '{ a: one(id: 1) { rating ... on Book { fans } } b: one(id: 2) { rating ... on Song { fans } } }',
    data: { a: { rating: 0.5, fans: 2 }, b: { rating: 1, fans: 3 } },
  },
  {
    title: 'a union with members that differ by subgraph, first view',
    query: '{ content { __typename ... on Song { title } ... on Book { rating } ... on Film { title } } }',
    data: {
      content: [
        { __typename: 'Song', title: 'song 4' },
        { __typename: 'Book', rating: 2.5 },
      ],
    },
  },
  {
    title: 'a union with members that differ by subgraph, second view',
    query:
      '{ mixed { __typename ... on Song { title } ... on Book { title } ... on Film { director { name } } } }',
    data: {
      mixed: [
        { __typename: 'Book', title: 'book 5' },
        { __typename: 'Film', director: { name: 'Ada' } },
      ],
    },
  },
  {
    title: 'a union in a shared field gives what both can give',
    query:
      '{ shelf { label top { ... on Book { id pages rating } ... on Song { id } ... on Film { id } } } }',
    data: { shelf: { label: 'top', top: { id: '9', pages: 300, rating: 4.5 } } },
  },
  {
    title: 'a list of a union with a null, after two hops',
    query:
      '{ shown { ... on Film { director { likes { ... on Book { title fans } ... on Song { seconds } } } } } }',
    data: { shown: [{ director: { likes: [{ seconds: 90 }, null, { title: 'book 1', fans: 2 }] } }, {}] },
  },
  {
    title: 'an interface as the condition on a union, fields of another subgraph',
    query: '{ content { ... on Media { rating title } } }',
    data: {
      content: [
        { rating: 2, title: 'song 4' },
        { rating: 2.5, title: 'book 5' },
      ],
    },
  },
  {
    title: 'only __typename of an interface and of a union',
    query: '{ media { __typename } content { __typename } }',
    data: {
      media: [{ __typename: 'Book' }, { __typename: 'Song' }, { __typename: 'Book' }],
      content: [{ __typename: 'Song' }, { __typename: 'Book' }],
    },
  },
]);

// Each subgraph gives the field another type below one parent, each non-null or not (child type mismatch).
const accounts = {
  typeDefs: `
    union Account = User | Admin
    type User @key(fields: "id") { id: ID name: String @shareable similar: [Account!]! }
    type Admin { id: ID name: String @shareable similar: [Account!]! }
    type Query { users: [User!]! accounts: [Account!]! }
  `,
  resolvers: {
    Query: {
      users: () => [{ id: 'u1' }],
      accounts: () => [
        { __typename: 'User', id: 'u1' },
        { __typename: 'Admin', id: 'a1' },
      ],
    },
    Account: { __resolveType: resolveType },
    User: {
      __resolveReference: (reference: object) => reference,
      name: () => 'user',
      similar: () => [{ __typename: 'Admin', id: 'a1' }],
    },
    Admin: { name: () => 'admin', similar: () => [{ __typename: 'User', id: 'u1' }] },
  },
};
const names = {
  typeDefs: `
    type User @key(fields: "id") { id: ID! nick: String! }
    type Query { first: User }
  `,
  resolvers: {
    Query: { first: () => ({ id: 'u1' }) },
    User: { nick: ({ id }: { id: string }) => `nick of ${id}` },
  },
};

describeCases('one key, nullable here and non-null there', { accounts, names }, [
  {
    title: 'from the one',
    query: '{ users { id name nick } }',
    data: { users: [{ id: 'u1', name: 'user', nick: 'nick of u1' }] },
  },
  {
    title: 'from the other',
    query: '{ first { id name nick } }',
    data: { first: { id: 'u1', name: 'user', nick: 'nick of u1' } },
  },
  {
    title: 'a union with the field at each level',
    query:
      '{ accounts { ... on User { id name nick similar { ... on Admin { id name } } } ... on Admin { id name similar { ... on User { id nick } } } } }',
    data: {
      accounts: [
        { id: 'u1', name: 'user', nick: 'nick of u1', similar: [{ id: 'a1', name: 'admin' }] },
        { id: 'a1', name: 'admin', similar: [{ id: 'u1', nick: 'nick of u1' }] },
      ],
    },
  },
]);
