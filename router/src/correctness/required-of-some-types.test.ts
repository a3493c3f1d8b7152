/** A field that an `@interfaceObject` computes from a requirement, asked of some of the types that implement the interface. */
import { describeCases } from './cases.js';

interface Title {
  readonly id: string;
  readonly title?: string;
  readonly year?: number;
}

const titles = [
  { __typename: 'Book', id: 'b1', title: 'first' },
  { __typename: 'Film', id: 'f1', title: 'second' },
];
const catalog = {
  typeDefs: `
    type Query { all: [Title!]! }
    interface Title @key(fields: "id") { id: ID! title: String }
    type Book implements Title @key(fields: "id") { id: ID! title: String }
    type Film implements Title @key(fields: "id") { id: ID! title: String }
  `,
  resolvers: {
    Query: { all: () => titles },
    Title: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
};
const years = {
  typeDefs: 'type Title @key(fields: "id") @interfaceObject { id: ID! year: Int }',
  resolvers: { Title: { year: ({ id }: Title) => (id === 'b1' ? 1900 : 2000) } },
};
const noBooks = (from: string, id: string) => {
  if (id !== 'f1') throw new Error(`there is no ${from} of a book`);
};
const scores = {
  typeDefs: `
    type Title @key(fields: "id") @interfaceObject {
      id: ID!
      title: String @external
      year: Int @external
      score: Int
      poster: String! @requires(fields: "title")
      age: Int! @requires(fields: "year")
    }
  `,
  resolvers: {
    Title: {
      __resolveReference(reference: Title) {
        if (typeof reference.id !== 'string') throw new Error('expected a key but got none');
        return reference;
      },
      score: ({ id }: Title) => (id === 'b1' ? 1 : 2),
      poster({ id, title }: Title) {
        noBooks('poster', id);
        return `poster of ${title ?? 'nothing'}`;
      },
      age({ id, year }: Title) {
        noBooks('age', id);
        return 2025 - (year ?? 2025);
      },
    },
  },
};

describeCases('@requires of an @interfaceObject, for some types', { catalog, years, scores }, [
  {
    title: 'nothing that another type is asked for is lost',
    query: '{ all { ... on Film { poster } score } }',
    data: { all: [{ score: 1 }, { poster: 'poster of second', score: 2 }] },
  },
  {
    title: 'another type is not asked for it, whose requirement is at hand',
    query: '{ all { title ... on Film { poster } } }',
    data: { all: [{ title: 'first' }, { title: 'second', poster: 'poster of second' }] },
  },
  {
    title: 'both at once',
    query: '{ all { title ... on Film { poster } score } }',
    data: {
      all: [
        { title: 'first', score: 1 },
        { title: 'second', poster: 'poster of second', score: 2 },
      ],
    },
  },
  {
    title: 'a requirement that comes from a third subgraph',
    query: '{ all { ... on Film { age } score } }',
    data: { all: [{ score: 1 }, { age: 25, score: 2 }] },
  },
  {
    title: 'which the client asks for of all',
    query: '{ all { year ... on Film { age } score } }',
    data: {
      all: [
        { year: 1900, score: 1 },
        { year: 2000, age: 25, score: 2 },
      ],
    },
  },
]);
