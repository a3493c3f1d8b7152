/** An operation for which no subgraph is asked: right for introspection, `__typename` and skipped fields, else an error. */
import { describeCases } from './cases.js';

// Nobody resolves what only `Song` is: the union's members that the two have in common are none.
const a = {
  typeDefs: `
    type Query { viewer: Viewer @shareable thing: String }
    type Viewer @shareable { media: Media }
    union Media = Book | Shared
    type Book { title: String }
    type Shared @shareable { id: ID }
  `,
  resolvers: {
    Query: { viewer: () => ({ media: { __typename: 'Shared', id: '1' } }), thing: () => 'x' },
    Media: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
};
const b = {
  typeDefs: `
    type Query { viewer: Viewer @shareable }
    type Viewer @shareable { media: Media }
    union Media = Song | Shared
    type Song { title: String }
    type Shared @shareable { id: ID }
  `,
  resolvers: {
    Query: { viewer: () => ({ media: { __typename: 'Shared', id: '1' } }) },
    Media: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
};
const unasked = ['a', 'b'];

describeCases('operations that ask no subgraph', { a, b }, [
  { title: '__typename', query: '{ __typename }', data: { __typename: 'Query' }, unasked },
  {
    title: 'introspection',
    query: '{ __schema { queryType { name } } t: __typename }',
    data: { __schema: { queryType: { name: 'Query' } }, t: 'Query' },
    unasked,
  },
  { title: 'skipped fields', query: '{ thing @skip(if: true) }', data: {}, unasked },
  {
    title: 'skipped by a variable, beside __typename',
    query: 'query ($y: Boolean!) { thing @include(if: $y) __typename }',
    variables: { y: false },
    data: { __typename: 'Query' },
    unasked,
  },
  {
    title: 'a fragment on nothing that is skipped',
    query: '{ ... on Query @include(if: false) { thing viewer { media { __typename } } } }',
    data: {},
    unasked,
  },
]);

describeCases('members of a union that only one subgraph has', { a, b }, [
  {
    title: 'what both have',
    query: '{ viewer { media { __typename ... on Shared { id } } } }',
    data: { viewer: { media: { __typename: 'Shared', id: '1' } } },
  },
  {
    title: 'fragments on all of them',
    query: '{ viewer { media { ... on Book { title } ... on Song { title } ... on Shared { id } } } }',
    data: { viewer: { media: { id: '1' } } },
  },
  {
    title: 'only the one of the first',
    query: '{ viewer { media { ... on Book { title } } } }',
    data: { viewer: { media: {} } },
  },
]);
