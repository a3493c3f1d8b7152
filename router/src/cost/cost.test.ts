import { json, startStubSubgraph } from '@selvedge/testkit';
import { Kind, parse } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../config/load.js';
import { buildSupergraph, type Supergraph } from '../supergraph/supergraph.js';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';
import { CostEstimator } from './estimate.js';

const typeDefs = `
  type Query {
    one: Item
    leaf: Int
    leaves: [Int]
    many: [Item]
    sized(first: Int, last: Int = 7): [Item] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    strict(first: Int, last: Int): [Item] @listSize(slicingArguments: ["first", "last"], assumedSize: 50)
    assumed: [Item] @listSize(assumedSize: 3)
    page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false, assumedSize: 20)
    dear: Int @cost(weight: 25)
    heavy: Heavy
    arg(x: Int @cost(weight: 4), in: In): Int
    node: Node
  }
  type Mutation { change: Item }
  input In { a: Int @cost(weight: 3) inner: In list: [In!] }
  interface Node { id: ID }
  type Item implements Node { id: ID name: String items: [Item] }
  type Page { nodes: [Item] edges: [Edge] total: Int others: [Item] }
  type Edge { cursor: String node: Item }
  type Heavy @cost(weight: 9) { x: Int }
`;

let supergraph: Supergraph;
beforeAll(async () => {
  const sdl = compose([{ name: 'one', url: 'http://127.0.0.1:9/', typeDefs }]);
  supergraph = await buildSupergraph(sdl, parseConfig('', {}));
});
afterAll(() => supergraph.close());

function estimate(query: string, variables: Record<string, unknown> = {}) {
  const { definitions } = parse(query);
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('expected an operation');
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const byName = new Map(fragments.map((node) => [node.name.value, node]));
  return new CostEstimator(supergraph.apiSchema, supergraph.costs, 10, byName, variables).estimate(operation);
}

describe('the static estimate', () => {
  test.each<[string, number, Record<string, unknown>?]>([
    ['{ __typename leaf leaves }', 0],
    ['{ one { id name } }', 1],
    ['mutation { change { id } }', 11],
    ['{ many { id } }', 10],
    ['{ many { items { id } } }', 10 * (1 + 10)],
    ['{ sized(first: 4) { id } }', 7], // the default of `last` is greater
    ['{ sized(first: 4, last: 2) { id } }', 4],
    ['{ sized(first: -100) { id } }', 7],
    ['query ($n: Int) { sized(first: $n, last: 1) { id } }', 30, { n: 30 }],
    ['query ($n: Int) { strict(first: $n) { id } }', 30, { n: 30 }],
    ['{ assumed { id } }', 3],
    ['{ page(first: 5) { nodes { id } total } }', 1 + 5],
    ['{ page(first: 5) { edges { node { id } } } }', 1 + 5 * (1 + 1)],
    [
      '{ page(first: 5) { ...F ... on Page { edges { cursor } } } } fragment F on Page { nodes { id } }',
      1 + 5 + 5,
    ],
    ['{ page { nodes { id } } }', 1 + 20],
    ['{ page(first: 5) { others { id } } }', 1 + 10],
    ['{ dear }', 25],
    ['{ heavy { x } }', 9],
    ['{ arg(x: 1) }', 4],
    ['{ arg(x: null) }', 0],
    ['{ arg(in: { a: 1, inner: { a: 2 }, list: [{}, {}] }) }', 1 + 3 + (1 + 3) + 2],
    ['query ($in: In) { arg(in: $in) }', 1 + 3 + 2, { in: { a: 1, list: [{}, {}] } }],
    ['{ node { id ... on Item { items { id } } } }', 1 + 10],
    ['{ one @skip(if: true) { id } many @include(if: false) { id } }', 0],
    ['{ __schema { types { name } } }', 0],
  ])('%s costs %d', (query, cost, variables) => {
    expect(estimate(query, variables)).toMatchObject({ cost, problems: [] });
  });

  test('knows what of it hangs on variables', () => {
    expect(estimate('query ($n: Int) { sized(first: $n) { id } }').dependsOnVariables).toBe(true);
    expect(estimate('query ($in: In) { arg(in: $in) }').dependsOnVariables).toBe(true);
    expect(estimate('query ($x: Int) { page(first: 1) { total } }').dependsOnVariables).toBe(false);
  });

  test('has no clear answer where exactly one slicing argument is asked for', () => {
    expect(estimate('{ strict { id } }')).toMatchObject({
      cost: 50,
      problems: ['expected exactly one of `first`, `last` on `Query.strict` but got 0'],
    });
    expect(estimate('{ strict(first: 1, last: 2) { id } }').problems).toHaveLength(1);
  });

  test('takes linear time over nested fragments', () => {
    const depth = 60;
    const fragments = Array.from(
      { length: depth },
      (_, n) => `fragment F${n} on Page { ...F${n + 1} ... on Page { ...F${n + 1} } }`,
    );
    const query = `{ page(first: 2) { ...F0 } } ${fragments.join(' ')} fragment F${depth} on Page { nodes { id } }`;
    expect(estimate(query).cost).toBe(1 + 2 * 2 ** depth);
  });
});

describe('demand control', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  async function start(yaml: string, development = true) {
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave(json({ data: { page: { nodes: [] }, strict: [] } }));
    const sdl = compose([{ name: 'one', url: stub.url, typeDefs }]);
    const router = await cleanup.add(startTestRouter({ sdl, yaml, development }), (started) =>
      started.close(0),
    );
    return { stub, router };
  }

  const enforce =
    'demand_control: { enabled: true, mode: enforce, strategy: { static_estimated: { list_size: 5, max: 30 } } }';
  const query = 'query ($n: Int) { page(first: $n) { nodes { id } } }';

  test('refuses what is too expensive, before any subgraph is asked', async () => {
    const { stub, router } = await start(enforce);
    const refused = await router.query(query, { n: 30 });
    expect(refused.status).toBe(400);
    expect(refused.errors).toEqual([
      {
        message: 'expected an operation with an estimated cost of at most 30 but got one of 31',
        extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: { estimated: 31, max: 30 } },
      },
    ]);
    expect(stub.requests).toHaveLength(0);
    const allowed = await router.query(query, { n: 29 });
    expect(allowed.data).toEqual({ page: { nodes: [] } });
    expect(allowed.headers.get('x-selvedge-cost')).toBe('30');
    expect((await router.query('{ strict { id } }')).errors?.[0]?.extensions['code']).toBe(
      'COST_QUERY_PARSE_FAILURE',
    );
  });

  test('measures only, by default, and tells nobody in production', async () => {
    const { router } = await start('demand_control: { enabled: true }', false);
    const answer = await router.query(query, { n: 100_000 });
    expect(answer.data).toEqual({ page: { nodes: [] } });
    expect(answer.headers.get('x-selvedge-cost')).toBeNull();
    expect((await router.query('{ strict { id } }')).status).toBe(200);
  });

  test('is off unless it is switched on', async () => {
    const { router } = await start('');
    expect((await router.query(query, { n: 100_000 })).headers.get('x-selvedge-cost')).toBeNull();
  });
});
