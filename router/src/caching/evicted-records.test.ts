/** Redis evicts what it likes: an entry whose tag's record is gone is a miss, is fetched, and then a hit again. */
import { openRedisBackend } from '@selvedge/cache';
import { redisAvailable, startRedis } from '@selvedge/testkit';
import { createClient } from 'redis';
import { afterEach, expect, test, vi } from 'vitest';
import { startCountingSubgraph } from '../testing/counting-subgraph.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.skipIf(!redisAvailable())('a router whose tags were evicted by Redis', async () => {
  const redis = await cleanup.add(startRedis(), (started) => started.stop());
  const client = createClient({ url: redis.url });
  await cleanup.add(client.connect(), (connected) => connected.close());
  const backend = await cleanup.add(
    openRedisBackend({ urls: [redis.url], namespace: 'selvedge', timeout: 5_000 }),
    (opened) => opened.close(),
  );
  const subgraph = await startCountingSubgraph(cleanup);
  const yaml = `
response_cache:
  enabled: true
  in_memory: { max_bytes: 0 }
  whole_answers: { enabled: false }
  subgraph: { all: { redis: { urls: ["${redis.url}"], timeout: 5s } } }
`;
  const router = await cleanup.add(startTestRouter({ sdl: subgraph.sdl, yaml }), (one) => one.close(0));
  const look = async () => {
    const before = subgraph.reads();
    const { headers, data } = await router.query('{ counter { at } }');
    expect(data).toEqual({ counter: { at: 0 } });
    return { fetches: subgraph.reads() - before, report: headers.get('x-selvedge-cache') ?? '' };
  };
  const warm = () =>
    vi.waitFor(
      async () => {
        expect((await look()).fetches).toBe(0);
      },
      { timeout: 20_000, interval: 20 },
    );
  const records = () => client.keys('*:t:*');
  await warm();
  const before = await records();
  expect(before.length).toBeGreaterThan(0);
  await client.del(before);
  // A write to something else: from now on what is kept has to be shown by its tags' records to be untouched.
  const [store = ''] = (await client.keys('*:s')).map((key) => /:([^:}]+)\}/.exec(key)?.[1] ?? '');
  await backend.settle(store, { cluster: null, xids: [], tags: ['elsewhere:id=1'] }, null);
  const missed = await look();
  expect(missed.fetches).toBeGreaterThan(0);
  expect(missed.report).toContain('unproven');
  await warm();
  expect((await look()).report).toContain('1 hit');
  expect((await records()).sort()).toEqual(before.sort());
});
