/** Relay's `node`: an interface that one subgraph answers without the fields of its types. */
import { describeCases } from './cases.js';

interface Node {
  readonly id: string;
}

const resolveType = ({ __typename }: { __typename: string }) => __typename;

const nodes = {
  typeDefs: `
    type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! }
    interface Node { id: ID! }
    type Book implements Node @key(fields: "id") { id: ID! }
    type Song implements Node @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: {
      node: (_: unknown, { id }: Node) => node(id),
      nodes: (_: unknown, { ids }: { ids: string[] }) => ids.map(node),
    },
    Node: { __resolveType: resolveType },
  },
};
const types = {
  typeDefs: `
    interface Node { id: ID! }
    type Book implements Node @key(fields: "id") { id: ID! title: String by: Song }
    type Song implements Node @key(fields: "id") { id: ID! title: String seconds: Int }
  `,
  resolvers: {
    Node: { __resolveType: resolveType },
    Book: { title: ({ id }: Node) => `book ${id}`, by: () => ({ id: 's1' }) },
    Song: { title: ({ id }: Node) => `song ${id}`, seconds: () => 60 },
  },
};
function node(id: string) {
  if (id === 'x') return null;
  return { __typename: id.startsWith('b') ? 'Book' : 'Song', id };
}

describeCases('node', { nodes, types }, [
  {
    title: 'the id only',
    query: '{ node(id: "b1") { id } }',
    data: { node: { id: 'b1' } },
    unasked: ['types'],
  },
  {
    title: 'one that is not there',
    query: '{ node(id: "x") { id ... on Book { title } } }',
    data: { node: null },
    unasked: ['types'],
  },
  {
    title: 'fields of a type elsewhere',
    query: '{ node(id: "b1") { ... on Book { title by { seconds } } ... on Song { seconds } } }',
    data: { node: { title: 'book b1', by: { seconds: 60 } } },
  },
  {
    title: 'several with a null',
    query:
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Book { title } ... on Song { seconds title } } }',
    variables: { ids: ['s2', 'x', 'b3', 's2'] },
    data: {
      nodes: [
        { __typename: 'Song', id: 's2', seconds: 60, title: 'song s2' },
        null,
        { __typename: 'Book', id: 'b3', title: 'book b3' },
        { __typename: 'Song', id: 's2', seconds: 60, title: 'song s2' },
      ],
    },
  },
  {
    title: 'many by aliases',
    query: `{ ${Array.from({ length: 30 }, (_, n) => `n${n}: node(id: "b${n}") { ... on Book { title } }`).join(' ')} }`,
    data: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`n${n}`, { title: `book b${n}` }])),
  },
]);
