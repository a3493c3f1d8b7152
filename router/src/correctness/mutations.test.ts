/** Mutations: each field of the root in order, with all its entity hops before the next (GraphQL specification, 6.2.2). */
import { describe, expect, test, afterAll, beforeAll } from 'vitest';
import { describeCases } from './cases.js';
import { federate, type Federation } from './federate.js';

const log: string[] = [];
let count = 0;
function reset() {
  log.length = 0;
  count = 0;
}

const counters = {
  typeDefs: `
    type Query { count: Int! }
    type Mutation { add(by: Int!): Counter fail: Counter sure: Counter! broken: Int! }
    type Counter @key(fields: "id") { id: ID! count: Int }
  `,
  resolvers: {
    Query: { count: () => count },
    Mutation: {
      add: (_: unknown, { by }: { by: number }) => {
        log.push(`add ${by}`);
        count += by;
        return { id: '1', count };
      },
      fail: () => {
        log.push('fail');
        throw new Error('the change failed');
      },
      sure: () => {
        log.push('sure');
        throw new Error('surely not');
      },
    },
  },
};
const doubling = {
  typeDefs: `
    type Query { log: [String!]! }
    type Mutation { double: Int! undo(by: Int!): Counter }
    type Counter @key(fields: "id") { id: ID! seen: Int history: [String!]! }
  `,
  resolvers: {
    Query: { log: () => log },
    Mutation: {
      double: () => {
        log.push('double');
        count *= 2;
        return count;
      },
      undo: (_: unknown, { by }: { by: number }) => {
        log.push(`undo ${by}`);
        count -= by;
        return { id: '1' };
      },
    },
    Counter: {
      __resolveReference: (reference: object) => {
        log.push('enter');
        return reference;
      },
      seen: () => count,
      history: () => [...log],
    },
  },
};

describeCases(
  'mutations',
  { counters, doubling },
  [
    {
      title: 'one after the other across subgraphs',
      query: 'mutation { add(by: 3) { count } double a2: add(by: 1) { count } d2: double }',
      data: { add: { count: 3 }, double: 6, a2: { count: 7 }, d2: 14 },
    },
    {
      title: 'in the order of the client, not of the subgraphs',
      query: 'mutation { double a: add(by: 2) { count } b: add(by: 3) { count } }',
      data: { double: 0, a: { count: 2 }, b: { count: 5 } },
    },
    {
      title: 'an entity hop sees the state right after its own change',
      query: 'mutation { a: add(by: 2) { seen count } b: add(by: 3) { count seen } double }',
      data: { a: { seen: 2, count: 2 }, b: { count: 5, seen: 5 }, double: 10 },
    },
    {
      title: 'hops of equal representations and texts are not made one',
      query: 'mutation { a: add(by: 1) { history } b: add(by: 1) { history } }',
      data: {
        a: { history: ['add 1', 'enter'] },
        b: { history: ['add 1', 'enter', 'add 1', 'enter'] },
      },
    },
    {
      title: 'a hop back',
      query: 'mutation { add(by: 5) { id } undo(by: 2) { id seen } }',
      data: { add: { id: '1' }, undo: { id: '1', seen: 3 } },
    },
    {
      title: 'one in the middle fails, the others are done',
      query: 'mutation { a: add(by: 1) { count } fail { count seen } b: add(by: 1) { count } }',
      data: { a: { count: 1 }, fail: null, b: { count: 2 } },
      errors: [{ message: 'the change failed', path: ['fail'] }],
    },
    {
      title: 'one in the middle fails, between changes of another subgraph',
      query: 'mutation { a: double fail { id } b: double add(by: 4) { seen } }',
      data: { a: 0, fail: null, b: 0, add: { seen: 4 } },
      errors: [{ message: 'the change failed', path: ['fail'] }],
    },
    {
      title: 'a non-null one fails: no data, one error',
      query: 'mutation { a: double sure { id } }',
      data: null,
      errors: [{ message: 'surely not', path: ['sure'] }],
    },
    {
      title: 'one that gives null where the schema has none',
      query: 'mutation { broken }',
      data: null,
      errors: [{ path: ['broken'], message: /non-nullable field Mutation\.broken/ }],
    },
    {
      title: '__typename between',
      query: 'mutation { __typename add(by: 1) { __typename seen } kind: __typename double }',
      data: { __typename: 'Mutation', add: { __typename: 'Counter', seen: 1 }, kind: 'Mutation', double: 2 },
    },
    {
      title: 'under @include, with variables',
      query:
        'mutation ($y: Boolean!, $n: Int!) { a: add(by: $n) @include(if: $y) { count } b: add(by: $n) @skip(if: $y) { count } }',
      variables: { y: false, n: 4 },
      data: { b: { count: 4 } },
    },
    {
      title: 'in fragments',
      query:
        'mutation { ...M ... on Mutation { double } } fragment M on Mutation { add(by: 2) { ...C } } fragment C on Counter { seen }',
      data: { add: { seen: 2 }, double: 4 },
    },
    {
      title: 'the same change in two selections that merge is made once',
      query: 'mutation { add(by: 2) { count } add(by: 2) { seen } }',
      data: { add: { count: 2, seen: 2 } },
    },
    {
      title: 'introspection is of queries only',
      query: 'mutation { add(by: 1) { count } __schema { mutationType { name } } }',
      errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
    },
  ],
  { reset },
);

describe('nothing of a mutation is shared between requests', () => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await federate({ counters, doubling });
  });
  afterAll(() => federation.stop());

  test('ten equal ones at once are ten changes', async () => {
    reset();
    const query = 'mutation { add(by: 1) { count seen } }';
    const answers = await Promise.all(Array.from({ length: 10 }, () => federation.router.query(query)));
    const counts = answers.map(({ data }) => (data?.['add'] as { count: number }).count);
    expect(counts.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(log.filter((entry) => entry === 'add 1')).toHaveLength(10);
    expect(log.filter((entry) => entry === 'enter')).toHaveLength(10);
  });

  test('a read that follows an acknowledged change sees it, while equal reads are in flight', async () => {
    reset();
    for (let round = 1; round <= 20; round += 1) {
      const early = Promise.all([1, 2, 3].map(() => federation.router.query('{ count log }')));
      await federation.router.query('mutation { add(by: 1) { id } }');
      const { data } = await federation.router.query('{ count log }');
      expect(data?.['count']).toBe(round);
      await early;
    }
  });
});
