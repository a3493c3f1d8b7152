import { redisAvailable } from '@selvedge/testkit';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CacheUnavailable } from '../contract.js';
import { describeBackend } from '../testing/contract-suite.js';
import type { Harness } from '../testing/harness.js';
import { harnessOf } from '../testing/redis-harness.js';
import { RedisServers, type RedisServer } from '../testing/redis-servers.js';
import { openRedisBackend } from './open.js';

const servers = new RedisServers();
let nodes: readonly RedisServer[] = [];
let namespaces = 0;

const urlOf = () => `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;

async function openCluster(longestIntent: number): Promise<Harness> {
  namespaces += 1;
  const namespace = `test-${namespaces}`;
  const backend = await openRedisBackend({ urls: [urlOf()], namespace, timeout: 5_000, longestIntent });
  const clients = nodes.map(({ url }) => createClient({ url }).on('error', () => undefined));
  await Promise.all(clients.map((client) => client.connect()));
  const remove = async (pattern: string) => {
    for (const client of clients) {
      const keys = await client.keys(pattern);
      // Each alone: they are of several slots.
      await Promise.all(keys.map((key) => client.del(key)));
    }
  };
  return harnessOf(backend, namespace, remove, () => {
    for (const client of clients) client.destroy();
  });
}

describe.skipIf(!redisAvailable())('Redis Cluster', () => {
  beforeAll(async () => {
    nodes = await servers.startCluster(3);
  });
  afterAll(() => servers.stop());

  describeBackend('The backend on a Cluster of three', ({ longestIntent }) => openCluster(longestIntent));

  it('of which a node is away serves the stores of the others', async () => {
    const sent: string[] = [];
    const backend = await openRedisBackend({
      urls: [urlOf()],
      namespace: 'n',
      timeout: 500,
      probeAfter: 50,
      command: (_name, _milliseconds, outcome) => sent.push(outcome),
    });
    const stores = Array.from({ length: 30 }, (_, i) => `store-${i}`);
    await backend.states(stores);
    expect(sent).toStrictEqual(stores.map(() => 'ok'));
    const counts = await Promise.all(nodes.map((node) => node.command('DBSIZE')));
    expect(counts.every((count) => Number(count) > 0)).toBe(true);
    nodes[0]?.silence();
    const ask = () => Promise.allSettled(stores.map((store) => backend.states([store])));
    for (let i = 0; i < 3; i += 1) {
      const answers = await ask();
      const lost = answers.filter(({ status }) => status === 'rejected');
      expect(lost.length).toBe(counts[0]);
      for (const one of lost) expect(one).toMatchObject({ reason: expect.any(CacheUnavailable) as unknown });
    }
    sent.length = 0;
    await ask();
    expect(backend.breakerState).not.toBe('closed');
    expect(sent).toStrictEqual(Array.from({ length: stores.length - Number(counts[0]) }, () => 'ok'));
    nodes[0]?.resume();
    await vi.waitFor(
      async () => {
        await backend.states(stores);
        expect(backend.breakerState).toBe('closed');
      },
      { timeout: 15_000, interval: 100 },
    );
    await backend.close();
  });
});
