// Writes that no router hears of, and no endpoint is told of: the outbox brings them to the cache, and where it cannot, the cache is
// passed by.
import { redisAvailable } from '@selvedge/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCheckedItem, type CheckedItem } from './checked-item.js';

/** Milliseconds: more than the longest lag. */
const patience = 20_000;

describe.skipIf(!redisAvailable())('a write by SQL', () => {
  let checked: CheckedItem;
  beforeAll(async () => {
    checked = await openCheckedItem({ areRelayed: true, redisTimeout: '2s' });
  }, 120_000);
  afterAll(() => checked.close());

  const raise = () => checked.store.query(`UPDATE items SET version = version + 1 WHERE id = '1'`);
  const metric = async (name: string): Promise<number> => {
    const texts = await Promise.all(
      checked.system.routers.map(async ({ metricsUrl }) => (await fetch(metricsUrl)).text()),
    );
    return texts
      .join('\n')
      .split('\n')
      .filter((line) => line.startsWith(name))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const isServedFromCache = async (): Promise<void> => {
    await vi.waitFor(
      async () => {
        const before = await metric('selvedge_cache_hits_total');
        await checked.shown();
        expect(await metric('selvedge_cache_hits_total')).toBeGreaterThan(before);
      },
      { timeout: patience, interval: 100 },
    );
  };

  it('is seen by all routers', { timeout: 60_000 }, async () => {
    for (const version of [1, 2, 3]) {
      await isServedFromCache();
      await raise();
      await vi.waitFor(
        async () => {
          expect(await checked.shown()).toEqual([version, version]);
        },
        { timeout: patience, interval: 50 },
      );
    }
  });

  it(
    'is seen though the relay cannot reach Redis: the store is passed by, and served from again later',
    { timeout: 90_000 },
    async () => {
      await isServedFromCache();
      checked.system.relayWire?.cut();
      await raise();
      await vi.waitFor(
        async () => {
          expect(await checked.shown()).toEqual([4, 4]);
        },
        { timeout: patience, interval: 50 },
      );
      const hits = await metric('selvedge_cache_hits_total');
      await checked.shown();
      expect(await metric('selvedge_cache_hits_total')).toBe(hits);
      checked.system.relayWire?.restore();
      await isServedFromCache();
      expect(await checked.shown()).toEqual([4, 4]);
    },
  );
});
