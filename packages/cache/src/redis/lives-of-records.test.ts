import { redisAvailable, startRedis } from '@selvedge/testkit';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { openRedisBackend } from './open.js';

const day = 24 * 3_600_000;

describe.skipIf(!redisAvailable())('The records that entries are proven by', () => {
  it('outlive each of them, whichever came first and whatever was written since', async () => {
    const redis = await startRedis();
    const client = createClient({ url: redis.url }).on('error', () => undefined);
    const backend = await openRedisBackend({ urls: [redis.url], namespace: 'lives', timeout: 5_000 });
    try {
      await client.connect();
      const fill = async (key: string, life: number) => {
        const [state] = await backend.states(['s']);
        const now = Date.now();
        const evidence = {
          nonce: state?.nonce ?? '',
          count: state?.count ?? 0,
          cluster: null,
          snapshot: null,
          tags: ['t'],
          fetchedAt: now,
          expiresAt: now + life,
          staleUntil: now + life,
        };
        expect(await backend.fill('s', [{ key, fields: new Map([['f', '1']]), evidence }])).toBe(1);
      };
      const lives = async (pattern: string): Promise<number[]> =>
        Promise.all((await client.keys(pattern)).map((key) => client.pTTL(key)));
      await fill('short', 1_000);
      await fill('long', 20 * day);
      await fill('short again', 1_000);
      await backend.settle('s', { cluster: null, xids: [], tags: ['t'] }, null);
      const entries = await lives('*:e:*');
      expect(entries).toHaveLength(3);
      const [tag = 0] = await lives('*:t:t');
      const [store = 0] = await lives('*:s');
      expect(Math.max(...entries)).toBeGreaterThan(19 * day);
      expect(tag).toBeGreaterThan(Math.max(...entries));
      expect(store).toBeGreaterThan(Math.max(...entries));
    } finally {
      await backend.close();
      client.destroy();
      await redis.stop();
    }
  });
});
