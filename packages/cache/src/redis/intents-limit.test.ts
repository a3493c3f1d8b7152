import { redisAvailable, startRedis } from '@selvedge/testkit';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { CacheUnavailable } from '../contract.js';
import { intentsKept } from '../limits.js';
import { openRedisBackend } from './open.js';

const times = { suspect: 60_000, over: 60_000 };

describe.skipIf(!redisAvailable())('The intents of a store', () => {
  it('are refused past so many intents, and those that are there can be moved and settled', async () => {
    const redis = await startRedis();
    const client = createClient({ url: redis.url }).on('error', () => undefined);
    const backend = await openRedisBackend({ urls: [redis.url], namespace: 'limit', timeout: 5_000 });
    try {
      await client.connect();
      await backend.intend('s', 'mine', times);
      const [key = ''] = await client.keys('*:s');
      const over = `${Date.now() + 60_000}:${Date.now() + 60_000}`;
      // One stands for intents of a record that was lost.
      const others = Array.from({ length: intentsKept - 2 }, (_, index) => [`i:${index}`, over] as const);
      await client.hSet(key, Object.fromEntries(others));
      const more = backend.intend('s', 'more', times).then(
        () => 'recorded',
        (error: unknown) => error instanceof CacheUnavailable,
      );
      expect(await more).toBe(true);
      await backend.intend('s', 'mine', times);
      await backend.settle('s', { cluster: null, xids: [], tags: [] }, 'mine');
      await backend.intend('s', 'more', times);
    } finally {
      await backend.close();
      client.destroy();
      await redis.stop();
    }
  });
});
