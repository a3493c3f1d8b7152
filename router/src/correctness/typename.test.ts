/** `__typename` at every place where it may be asked for. */
import { describeCases } from './cases.js';

const resolveType = ({ __typename }: { __typename: string }) => __typename;
const a = {
  typeDefs: `
    type Query { user: User people: [Person!]! found: [Found] lone: Lone }
    type Mutation { touch: User }
    interface Person { id: ID! }
    type User implements Person @key(fields: "id") { id: ID! box: Box boxes: [[Box]] }
    type Admin implements Person @key(fields: "id") { id: ID! }
    union Found = User | Admin | Lone
    type Lone { a: Int }
    type Box { a: Int }
  `,
  resolvers: {
    Query: {
      user: () => ({ id: '1' }),
      people: () => [user, admin],
      found: () => [admin, null, { __typename: 'Lone', a: 1 }],
      lone: () => ({ a: 1 }),
    },
    Mutation: { touch: () => ({ id: '1' }) },
    Person: { __resolveType: resolveType },
    Found: { __resolveType: resolveType },
    User: { box: () => ({ a: 1 }), boxes: () => [[{ a: 1 }, null], null] },
  },
};
const b = {
  typeDefs: `
    type Query { other: Int friends: [User!]! }
    type User @key(fields: "id") { id: ID! name: String friend: User }
    type Admin @key(fields: "id") { id: ID! rights: [Right!]! }
    union Right = Read | Write
    type Read { of: String }
    type Write { of: String }
  `,
  resolvers: {
    Query: { friends: () => [{ id: '2' }] },
    User: { name: () => 'ada', friend: () => ({ id: '2' }) },
    Admin: { rights: () => [{ __typename: 'Write', of: 'all' }] },
    Right: { __resolveType: resolveType },
  },
};
const user = { __typename: 'User', id: '1' };
const admin = { __typename: 'Admin', id: '2' };

describeCases('__typename', { a, b }, [
  { title: 'of the root only', query: '{ __typename }', data: { __typename: 'Query' }, unasked: ['a', 'b'] },
  {
    title: 'of the root under aliases only',
    query: '{ a: __typename b: __typename ... on Query { c: __typename } }',
    data: { a: 'Query', b: 'Query', c: 'Query' },
    unasked: ['a', 'b'],
  },
  {
    title: 'of the root, first',
    query: '{ __typename user { id } }',
    data: { __typename: 'Query', user: { id: '1' } },
  },
  {
    title: 'of the root, last and between roots of two subgraphs',
    query: '{ user { id } t: __typename other __typename }',
    data: { user: { id: '1' }, t: 'Query', other: null, __typename: 'Query' },
  },
  {
    title: 'of the mutation only',
    query: 'mutation { __typename }',
    data: { __typename: 'Mutation' },
    unasked: ['a', 'b'],
  },
  {
    title: 'in a mutation',
    query: 'mutation { touch { __typename friend { __typename } } __typename }',
    data: { touch: { __typename: 'User', friend: { __typename: 'User' } }, __typename: 'Mutation' },
  },
  { title: 'of an entity only', query: '{ user { __typename } }', data: { user: { __typename: 'User' } } },
  {
    title: 'of an entity, before and after fields of two subgraphs',
    query: '{ user { __typename name id kind: __typename } }',
    data: { user: { __typename: 'User', name: 'ada', id: '1', kind: 'User' } },
  },
  {
    title: 'of an entity reached by a hop only',
    query: '{ user { friend { __typename } } }',
    data: { user: { friend: { __typename: 'User' } } },
  },
  {
    title: 'of objects without a key, in nested lists',
    query: '{ user { box { __typename } boxes { __typename a } } lone { __typename } }',
    data: {
      user: { box: { __typename: 'Box' }, boxes: [[{ __typename: 'Box', a: 1 }, null], null] },
      lone: { __typename: 'Lone' },
    },
  },
  {
    title: 'of an interface',
    query: '{ people { __typename ... on User { name } ... on Admin { id } } }',
    data: {
      people: [
        { __typename: 'User', name: 'ada' },
        { __typename: 'Admin', id: '2' },
      ],
    },
  },
  {
    title: 'of a union with a null in the list',
    query: '{ found { __typename ... on Admin { rights { __typename ... on Write { of } } } } }',
    data: {
      found: [
        { __typename: 'Admin', rights: [{ __typename: 'Write', of: 'all' }] },
        null,
        { __typename: 'Lone' },
      ],
    },
  },
  {
    title: 'not asked for, not given',
    query: '{ people { id ... on User { name } } found { ... on Lone { a } } }',
    data: { people: [{ id: '1', name: 'ada' }, { id: '2' }], found: [{}, null, { a: 1 }] },
  },
  {
    title: 'in one branch of a union only',
    query: '{ people { ... on User { __typename } } }',
    data: { people: [{ __typename: 'User' }, {}] },
  },
  {
    title: 'twice in fragments',
    query:
      '{ people { ...A ...B } } fragment A on Person { __typename id } fragment B on User { __typename name }',
    data: {
      people: [
        { __typename: 'User', id: '1', name: 'ada' },
        { __typename: 'Admin', id: '2' },
      ],
    },
  },
]);
