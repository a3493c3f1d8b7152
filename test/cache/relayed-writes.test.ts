// Writes that no router hears of, and no endpoint is told of: the outbox brings them to the cache, and where it cannot, the cache is
// passed by.
import { redisAvailable, testAdminUrl } from '@selvedge/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Client } from './client.js';
import { startSystem, type System } from './system.js';

/** Milliseconds: more than the longest lag. */
const patience = 20_000;

describe.skipIf(!redisAvailable())('a write by SQL', () => {
  let system: System;
  let clients: Client[];
  let store: pg.Client;
  beforeAll(async () => {
    const postgres = testAdminUrl();
    system = await startSystem({
      postgres,
      routers: 2,
      isCached: true,
      variant: null,
      areRelayed: true,
      redisTimeout: '2s',
    });
    clients = system.routers.map(({ process: { url } }) => new Client(url));
    store = new pg.Client(system.subgraphs.items.databaseUrl);
    await store.connect();
  }, 120_000);
  afterAll(async () => {
    await store.end();
    for (const client of clients) await client.close();
    await system.stop();
  });

  const shown = async (): Promise<unknown[]> => {
    const answers = await Promise.all(
      clients.map((client) => client.ask('{ item(id: "1") { version } }', {}, null)),
    );
    return answers.map(
      ({ data, problem }) => (data?.['item'] as { version: number } | null)?.version ?? problem,
    );
  };
  const raise = () => store.query(`UPDATE items SET version = version + 1 WHERE id = '1'`);
  const metric = async (name: string): Promise<number> => {
    const texts = await Promise.all(
      system.routers.map(async ({ metricsUrl }) => (await fetch(metricsUrl)).text()),
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
        await shown();
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
          expect(await shown()).toEqual([version, version]);
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
      system.relayWire?.cut();
      await raise();
      await vi.waitFor(
        async () => {
          expect(await shown()).toEqual([4, 4]);
        },
        { timeout: patience, interval: 50 },
      );
      const hits = await metric('selvedge_cache_hits_total');
      await shown();
      expect(await metric('selvedge_cache_hits_total')).toBe(hits);
      system.relayWire?.restore();
      await isServedFromCache();
      expect(await shown()).toEqual([4, 4]);
    },
  );
});
