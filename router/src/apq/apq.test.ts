import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { json, redisAvailable, startRedis, startStubSubgraph } from '@selvedge/testkit';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter, type TestRouterOptions } from '../testing/test-router.js';
import { knownText, persistedQueryStore } from './persisted-queries.js';

const cleanup = new Cleanup();
let sdl: string;

beforeEach(async () => {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  stub.behave(json({ data: { a: 1 } }));
  sdl = compose([{ name: 'one', url: stub.url, typeDefs: 'type Query { a: Int }' }]);
});
afterEach(() => cleanup.run());

const query = '{ a }';
const sha256Hash = createHash('sha256').update(query).digest('hex');
const byHash = { extensions: { persistedQuery: { version: 1, sha256Hash } } };

function start(options: Partial<TestRouterOptions> = {}): Promise<TestRouter> {
  return cleanup.add(startTestRouter({ sdl, ...options }), (router) => router.close(0));
}

async function ask(router: TestRouter, body: unknown): Promise<unknown> {
  return (await router.post(body)).json();
}

const answer = { data: { a: 1 } };
const unknown = { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] };

async function expectToLearn(router: TestRouter): Promise<void> {
  expect(await ask(router, byHash)).toMatchObject(unknown);
  expect(await ask(router, { ...byHash, query })).toEqual(answer);
  expect(await ask(router, byHash)).toEqual(answer);
}

test('are kept in the process without Redis, over a change of the supergraph too', async () => {
  const router = await start();
  await expectToLearn(router);
  await router.replaceSupergraph(`${sdl}\n# changed`);
  expect(await ask(router, byHash)).toEqual(answer);
});

test('can be switched off', async () => {
  const router = await start({ yaml: 'apq: { enabled: false }' });
  expect(await ask(router, byHash)).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
  });
});

test('a hash that is not the text’s is refused', async () => {
  const router = await start();
  const response = await router.post({ ...byHash, query: '{ __typename }' });
  expect(response.status).toBe(400);
  expect(await ask(router, byHash)).toMatchObject(unknown);
});

test('a Redis that is not there changes nothing', async () => {
  const router = await start({ redisUrl: 'redis://127.0.0.1:1' });
  await expectToLearn(router);
  const warnings = router.log.filter((line) => String(line['msg']).startsWith('Redis is away'));
  expect(warnings).toHaveLength(1);
});

test('a Redis that accepts and says nothing changes nothing', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  await cleanup.add(silent, (server) => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = silent.address() as AddressInfo;
  await expectToLearn(await start({ redisUrl: `redis://127.0.0.1:${port}` }));
});

test('a shared store that holds the wrong text for a hash is not believed', async () => {
  const store = persistedQueryStore(10, {
    get: () => Promise.resolve('{ forged }'),
    set: () => Promise.resolve(),
    close: () => Promise.resolve(),
  });
  expect(await store.get(`apq:${sha256Hash}`)).toBeUndefined();
});

test('a text is known without waiting once it is registered, and never by the hash of another', async () => {
  const store = persistedQueryStore(10, null);
  expect(knownText({ query, sha256Hash: null }, null)).toBe(query);
  expect(knownText({ query: undefined, sha256Hash }, null)).toBeNull();
  expect(knownText({ query: undefined, sha256Hash }, store)).toBeNull();
  expect(knownText({ query, sha256Hash }, store)).toBeNull();
  await store.set(`apq:${sha256Hash}`, query);
  expect(knownText({ query: undefined, sha256Hash }, store)).toBe(query);
  expect(knownText({ query, sha256Hash }, store)).toBe(query);
  expect(knownText({ query: '{ b }', sha256Hash }, store)).toBeNull();
});

test('what @apollo/server has registered is known by its hash', async () => {
  const store = persistedQueryStore(10, null);
  const server = new ApolloServer({ typeDefs: 'type Query { a: Int }', persistedQueries: { cache: store } });
  await cleanup.add(server, (started) => started.stop());
  await server.executeOperation({ query, ...byHash });
  await vi.waitFor(() => {
    expect(store.textOf(sha256Hash)).toBe(query);
  });
});

describe.skipIf(!redisAvailable())('with Redis', () => {
  test('routers share them, and one lives on when Redis dies and comes back', async () => {
    const redis = await cleanup.add(startRedis(), (started) => started.stop());
    const first = await start({ redisUrl: redis.url });
    const yaml = `apq: { router: { cache: { redis: { urls: ["${redis.url}"] } } } }`;
    const second = await start({ yaml });
    const client = await cleanup.add(createClient({ url: redis.url }).connect(), (connected) =>
      connected.close(),
    );
    await vi.waitFor(async () => {
      await ask(first, { ...byHash, query });
      expect(await client.get(`apq:${sha256Hash}`)).toBe(query);
    });
    expect(await ask(second, byHash)).toEqual(answer);
    if (process.env['REDIS_URL'] !== undefined) return;
    client.on('error', () => undefined);
    await redis.kill();
    expect(await ask(first, byHash)).toEqual(answer);
    await expectToLearn(await start({ redisUrl: redis.url }));
  });
});
