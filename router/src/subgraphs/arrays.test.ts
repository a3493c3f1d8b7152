/** Operations that travel to a subgraph as one HTTP array, where it takes arrays. */
import { json, startStubSubgraph, type RecordedRequest } from '@selvedge/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { startFetches, turns, until } from '../testing/subgraph-fetches.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(async () => {
  vi.useRealTimers();
  await cleanup.run();
});

const typeDefs = `
  type Query { product(id: ID!): Product }
  type Mutation { first: Int second: Int }
  type Product @key(fields: "id") { id: ID! }
`;
const details = 'type Product @key(fields: "id") { id: ID! name: String price: Int }';
/** Two selections, so two operations; equal ones are one operation with the entities of both. */
const parallel = '{ x: product(id: 1) { name } y: product(id: 2) { price } }';
const arrays = 'batching: { subgraph: { all: { enabled: true } } }';
const unshared =
  'traffic_shaping: { router: { deduplicate_query: false }, all: { deduplicate_query: false } }';
const fetchesShared = 'traffic_shaping: { router: { deduplicate_query: false } }';

const entity = { name: 'a name', price: 7 };
const one = { data: { _entities: [entity] } };

async function start(yaml: string) {
  const products = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const names = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const product = (id: string) => ({ __typename: 'Product', id });
  products.behave(json({ data: { x: product('1'), y: product('2'), first: 1, second: 2 } }));
  names.behave({
    from: ({ body }: RecordedRequest) => json(Array.isArray(body) ? body.map(() => one) : one),
  });
  const sdl = compose([
    { name: 'products', url: products.url, typeDefs },
    { name: 'names', url: names.url, typeDefs: details },
  ]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  const sizes = () => names.requests.map(({ body }) => (Array.isArray(body) ? body.length : 'single'));
  return { products, names, router, sizes };
}

test('are off by default', async () => {
  const { router, sizes } = await start('');
  expect((await router.query(parallel)).data).toEqual({ x: { name: 'a name' }, y: { price: 7 } });
  expect(sizes()).toEqual(['single', 'single']);
});

describe.each([
  ['where client requests share', arrays],
  ['where they share nothing', `${arrays}\n${unshared}`],
])('%s', (_, yaml) => {
  test('what one request sends at one time is one array, and one operation travels as itself', async () => {
    const { products, router, sizes } = await start(yaml);
    expect((await router.query(parallel)).data).toEqual({ x: { name: 'a name' }, y: { price: 7 } });
    expect(sizes()).toEqual([2]);
    expect(products.requests.map(({ body }) => Array.isArray(body))).toEqual([false]);
  });

  test('one failure in an array is one failure', async () => {
    const { names, router } = await start(yaml);
    names.behave({
      from: ({ body }) =>
        json((body as { query: string }[]).map(({ query }) => (query.includes('price') ? 'bad' : one))),
    });
    const { data, errors } = await router.query(parallel);
    expect(data).toEqual({ x: { name: 'a name' }, y: { price: null } });
    expect(errors).toMatchObject([{ path: ['y'], extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE' } }]);
  });

  test.each([
    ['an array that is too short', json([]), 'SUBREQUEST_MALFORMED_RESPONSE'],
    ['an object', json({ data: {} }), 'SUBREQUEST_MALFORMED_RESPONSE'],
    ['a refusal', json({ errors: [{ message: 'no arrays' }] }, { status: 400 }), 'SUBREQUEST_HTTP_ERROR'],
  ])('%s fails each operation of one request, and nothing is sent again', async (_title, answer, code) => {
    const { names, router, sizes } = await start(yaml);
    names.behave(answer);
    const { errors = [] } = await router.query(parallel);
    expect(errors.map(({ path, extensions }) => [String(path), extensions['code']]).sort()).toEqual([
      ['x', code],
      ['y', code],
    ]);
    expect(sizes()).toEqual([2]);
  });

  test('mutations are left alone, in their order', async () => {
    const { products, router } = await start(yaml);
    await router.query('mutation { first second }');
    expect(products.requests.every(({ body }) => !Array.isArray(body))).toBe(true);
  });

  test('the operations of a client’s own array gather too', async () => {
    const { names, products, router, sizes } = await start(yaml.replace('{', '{ enabled: true, '));
    const texts = ['{ x: product(id: 1) { name } }', '{ x: product(id: 1) { price } }'];
    // Plans are made one after the other; once they are there, all fetches of a kind are of one turn.
    for (const text of texts) await router.query(text);
    names.forget();
    products.behave({
      from: ({ body }) => {
        const answer = { data: { x: { __typename: 'Product', id: '1' } } };
        return json(Array.isArray(body) ? body.map(() => answer) : answer);
      },
    });
    const response = await router.post(texts.map((query) => ({ query })));
    expect(await response.json()).toEqual([
      { data: { x: { name: 'a name' } } },
      { data: { x: { price: 7 } } },
    ]);
    expect(sizes()).toEqual([2]);
  });
});

test('can be switched on for one subgraph', async () => {
  const { router, sizes } = await start(
    'batching: { subgraph: { subgraphs: { names: { enabled: true } } } }',
  );
  await router.query(parallel);
  expect(sizes()).toEqual([2]);
});

test('never have operations of two clients where those share nothing', async () => {
  const { router, sizes } = await start(`${arrays}\n${unshared}`);
  await router.query(parallel);
  await Promise.all([router.query(parallel), router.query(parallel)]);
  expect(sizes()).toEqual([2, 2, 2]);
});

test('have operations of several clients whose headers to the subgraph are equal, and of no others', async () => {
  const forwarded = 'headers: { all: { request: [{ propagate: { named: x-user } }] } }';
  const { names, router } = await start(`${arrays}\n${fetchesShared}\n${forwarded}`);
  const users = ['a', 'a', 'b', 'b', 'b'];
  await Promise.all(users.map((user) => router.query(parallel, {}, { headers: { 'x-user': user } })));
  expect(new Set(names.requests.map(({ headers }) => headers['x-user']))).toEqual(new Set(['a', 'b']));
  const operations = names.requests.flatMap(({ body }) => body);
  expect(operations.length).toBeLessThanOrEqual(2 * users.length);
});

describe('for several callers', () => {
  const texts = Array.from({ length: 3 }, (_, n) => `query($representations:[_Any!]!){_entities{f${n}}}`);

  test('carry different texts and variables, with nothing of one caller alone', async () => {
    const fetches = await startFetches(cleanup, { takesArrays: true });
    const asks = texts.map((query, n) => ({ query, variables: `"n":${n}`, headers: { baggage: String(n) } }));
    const answers = await Promise.all(asks.map((ask) => fetches.ask(ask)));
    expect(answers.map(({ entities }) => entities)).toEqual(asks.map(() => [{ name: 'name 1' }]));
    expect(fetches.requests.map(({ body }) => (body as unknown[]).length)).toEqual([3]);
    expect(fetches.requests[0]?.headers['baggage']).toBeUndefined();
  });

  test('are bound: what is more travels beside them', async () => {
    const fetches = await startFetches(cleanup, { takesArrays: true });
    const asks = Array.from({ length: 120 }, (_, n) => ({ variables: `"n":${n}` }));
    await Promise.all(asks.map((ask) => fetches.ask(ask)));
    const sizes = fetches.requests.map(({ body }) => (body as unknown[]).length);
    expect(sizes.sort((a, b) => a - b)).toEqual([20, 50, 50]);
  });

  test.each([
    ['refused', json({}, { status: 413 })],
    ['answered with a cookie', json([one, one, one], { headers: { 'set-cookie': 'a=b' } })],
  ])('%s: each asks again alone, with what is its own', async (_, answer) => {
    const fetches = await startFetches(cleanup, { takesArrays: true });
    fetches.behave(({ body }) => (Array.isArray(body) ? answer : json(one)));
    const asks = texts.map((query, n) => ({ query, headers: { baggage: String(n) } }));
    const answers = await Promise.all(asks.map((ask) => fetches.ask(ask)));
    expect(answers.map(({ entities, errors }) => [entities, errors])).toEqual(asks.map(() => [[entity], []]));
    expect(fetches.requests.map(({ headers }) => headers['baggage'])).toEqual([undefined, '0', '1', '2']);
  });

  test('an operation that fails in one is its own caller’s failure', async () => {
    const fetches = await startFetches(cleanup, { takesArrays: true });
    fetches.behave(() => json([one, { errors: [{ message: 'no' }] }, one]));
    const answers = await Promise.all(texts.map((query) => fetches.ask({ query })));
    expect(answers.map(({ errors }) => errors.length)).toEqual([0, 1, 0]);
    expect(fetches.requests).toHaveLength(1);
  });

  test('gather while one is under way', async () => {
    // Patience does not run out here, however slow this machine is.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const fetches = await startFetches(cleanup, { takesArrays: true });
    await fetches.ask({ query: 'query($representations:[_Any!]!){_entities{first}}' });
    fetches.behave((request) => fetches.held.hold(json(Array.isArray(request.body) ? [one, one] : one)));
    const answers = [fetches.ask({ query: texts[0] ?? '' })];
    await until(() => fetches.requests.length === 2);
    answers.push(fetches.ask({ query: texts[1] ?? '' }), fetches.ask({ query: texts[2] ?? '' }));
    await turns(3);
    fetches.held.release();
    await until(() => fetches.requests.length === 3);
    fetches.held.release();
    await Promise.all(answers);
    expect(fetches.requests.map(({ body }) => Array.isArray(body) && body.length)).toEqual([false, false, 2]);
  });
});
