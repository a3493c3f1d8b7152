/** What is asked for again is answered without @apollo/server, and what several ask at the same time is executed once. */
import { json, startStubSubgraph, status } from '@selvedge/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

type Stub = Awaited<ReturnType<typeof startStubSubgraph>>;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const forwarding = 'headers: { all: { request: [{ propagate: { named: authorization } }] } }';

async function start(yaml = ''): Promise<{ readonly stub: Stub; readonly router: TestRouter }> {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  const typeDefs = 'type Query { a(n: Int): String } type Mutation { change: String }';
  const sdl = compose([{ name: 'one', url: stub.url, typeDefs }]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  stub.behave(json({ data: { a: 'known' } }));
  await router.query('{ a }');
  await router.query('query Q($n: Int) { a(n: $n) }', { n: 0 });
  return { stub, router };
}

/** Holds the first call until the others have come. @returns what all were answered, and how many calls there were */
async function askTogether(
  { stub, router }: Awaited<ReturnType<typeof start>>,
  asks: readonly { readonly n?: number; readonly authorization?: string }[],
  answer = json({ data: { a: 'x' } }),
) {
  const before = stub.requests.length;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  stub.behave({ from: () => opened.then(() => answer) });
  const ask = ({ n, authorization }: (typeof asks)[number]) => {
    const headers = authorization === undefined ? {} : { headers: { authorization } };
    return n === undefined
      ? router.query('{ a }', {}, headers)
      : router.query('query Q($n: Int) { a(n: $n) }', { n }, headers);
  };
  const first = ask(asks[0] ?? {});
  while (stub.requests.length === before) await tick();
  const rest = asks.slice(1).map(ask);
  await tick(50);
  open();
  const answers = await Promise.all([first, ...rest]);
  return { answers, calls: stub.requests.length - before };
}

function tick(milliseconds = 1): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

describe('equal requests at the same time', () => {
  test('share one execution, but not one that began before they came', async () => {
    const { answers, calls } = await askTogether(await start(), [{}, {}, {}, {}]);
    expect(answers.map(({ data }) => data)).toEqual(Array.from({ length: 4 }, () => ({ a: 'x' })));
    expect(calls).toBe(2);
  });

  test('are not equal with other variables', async () => {
    const { calls } = await askTogether(await start(), [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(calls).toBe(3);
  });

  test('are not equal with other headers, where these are passed on', async () => {
    const asks = ['me', 'you', 'them'].map((authorization) => ({ authorization }));
    expect((await askTogether(await start(forwarding), asks)).calls).toBe(3);
    await cleanup.run();
    expect((await askTogether(await start(), asks)).calls).toBe(2);
  });

  test('share nothing where the operator says so', async () => {
    const yaml =
      'traffic_shaping: { router: { deduplicate_query: false }, all: { deduplicate_query: false } }';
    expect((await askTogether(await start(yaml), [{}, {}, {}])).calls).toBe(3);
  });

  test.each([
    ['a cookie', { 'set-cookie': 'session=1' }],
    ['Cache-Control: private', { 'cache-control': 'private, max-age=10' }],
  ])('share no answer with %s, now or later', async (_, headers) => {
    const started = await start();
    const first = await askTogether(started, [{}, {}, {}], json({ data: { a: 'mine' } }, { headers }));
    // One before they came; then one for both, which is thrown away, and one for each.
    expect(first.calls).toBeGreaterThanOrEqual(3);
    expect(first.answers.map((answer) => answer.headers.get('set-cookie'))).toEqual([null, null, null]);
    expect((await askTogether(started, [{}, {}, {}])).calls).toBe(3);
  });

  test('each try for themselves when what they share has failed', async () => {
    const { answers, calls } = await askTogether(await start(), [{}, {}, {}], status(503));
    expect(calls).toBeGreaterThanOrEqual(4);
    expect(answers.map(({ errors }) => errors?.[0]?.extensions['code'])).toEqual(
      Array.from({ length: 3 }, () => 'SUBREQUEST_HTTP_ERROR'),
    );
  });
});

describe('a known operation', () => {
  test('is answered as it was the first time, errors and all', async () => {
    const { stub, router } = await start();
    const error = { message: 'no', path: ['a'], extensions: { code: 'NOPE', more: 1 } };
    stub.behave(json({ data: { a: null }, errors: [error] }));
    const [first, second] = [await router.query('query New { a }'), await router.query('query New { a }')];
    expect(second).toEqual({ ...first, headers: second.headers });
    expect(second.errors).toMatchObject([
      { message: 'no', path: ['a'], extensions: { code: 'NOPE', more: 1 } },
    ]);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
  });

  test('with variables that do not fit is told so', async () => {
    const { router } = await start();
    const wrong = await router.query('query Q($n: Int) { a(n: $n) }', { n: 'one' });
    expect(wrong.errors).toHaveLength(1);
    expect(wrong.data).toBeUndefined();
  });

  test('is never a mutation: each is sent by itself', async () => {
    const { stub, router } = await start();
    stub.behave(json({ data: { change: 'done' } }));
    const before = stub.requests.length;
    await Promise.all(Array.from({ length: 3 }, () => router.query('mutation { change }')));
    await Promise.all(Array.from({ length: 3 }, () => router.query('mutation { change }')));
    expect(stub.requests.length - before).toBe(6);
  });
});
