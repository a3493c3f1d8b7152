import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { redisAvailable } from '@selvedge/testkit';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { CacheUnavailable, type CacheBackend, type Evidence, type StoreState } from '../contract.js';
import { doubtOf } from '../proof.js';
import { play, steps } from '../testing/model.js';
import { RedisServers, type RedisServer } from '../testing/redis-servers.js';
import type { RedisBackend } from './backend.js';
import { openRedisBackend, type RedisOptions } from './open.js';

const store = 'reviews';
const servers = new RedisServers();
const backends: CacheBackend[] = [];

afterEach(async () => {
  await Promise.all(backends.splice(0).map((backend) => backend.close()));
});
afterAll(() => servers.stop());

async function open(url: string, options: Partial<RedisOptions> = {}): Promise<RedisBackend> {
  const backend = await openRedisBackend({ urls: [url], namespace: 'n', timeout: 2_000, ...options });
  backends.push(backend);
  return backend;
}

async function stateOf(backend: CacheBackend): Promise<StoreState> {
  const [state] = await backend.states([store]);
  if (state === undefined) throw new Error('expected a state but got none');
  return state;
}

/** What was read of the database before `999` committed. */
function evidenceAt({ nonce, count }: StoreState): Evidence {
  const [fetchedAt, expiresAt] = [Date.now(), Date.now() + 3_600_000];
  const times = { fetchedAt, expiresAt, staleUntil: expiresAt };
  return { nonce, count, cluster: '7/1', snapshot: '999:999:', tags: ['t'], ...times };
}

async function fillOld(backend: CacheBackend, size = 10): Promise<Evidence> {
  const evidence = evidenceAt(await stateOf(backend));
  const fields = new Map([['f', JSON.stringify('x'.repeat(size))]]);
  expect(await backend.fill(store, [{ key: 'k', fields, evidence }])).toBe(1);
  expect(await missOf(backend)).toBeNull();
  return evidence;
}

const settle = (backend: CacheBackend) =>
  backend.settle(store, { cluster: '7/1', xids: ['999'], tags: ['t'] }, null);

async function missOf(backend: CacheBackend): Promise<string | null> {
  const { entries, state, records } = await backend.read(store, [{ key: 'k', fields: ['f'] }], null);
  const stored = entries[0]?.[0] ?? null;
  return stored === null ? 'not there' : doubtOf(stored.evidence, state, records, Date.now());
}

/** The tier of a router's own: what it holds is asked for by count and tags. */
async function doubtOfHeld(backend: CacheBackend, evidence: Evidence): Promise<string | null> {
  const { state, records } = await backend.records(store, evidence.tags);
  return doubtOf(evidence, state, records, Date.now());
}

const untilAnswered = (backend: CacheBackend) =>
  vi.waitFor(() => stateOf(backend), { timeout: 15_000, interval: 50 });

describe.skipIf(!redisAvailable())('When Redis', () => {
  it('is flushed: nothing from before is served, nor what was on its way', async () => {
    const redis = await servers.start();
    const backend = await open(redis.url);
    const held = await fillOld(backend);
    await settle(backend);
    await redis.command('FLUSHALL');
    expect(await missOf(backend)).toBe('not there');
    expect(await doubtOfHeld(backend, held)).toBe('the store was lost');
    expect(await backend.fill(store, [{ key: 'k', fields: new Map([['f', '1']]), evidence: held }])).toBe(0);
  });

  it('forgets its scripts: they are sent again', async () => {
    const redis = await servers.start();
    const backend = await open(redis.url);
    await fillOld(backend);
    await redis.command('SCRIPT', 'FLUSH');
    expect(await missOf(backend)).toBeNull();
  });

  it('comes back with an old RDB file, from before the fence: the old entry is there, and is not seen', async () => {
    const redis = await servers.start('--appendonly', 'no');
    const backend = await open(redis.url);
    const held = await fillOld(backend);
    const [old] = (await redis.command('KEYS', '*:e:k')) as string[];
    await redis.command('SAVE');
    await settle(backend);
    await redis.kill();
    await expect(stateOf(backend)).rejects.toThrow(CacheUnavailable);
    await redis.restart();
    const state = await untilAnswered(backend);
    expect(await redis.command('KEYS', '*:e:k')).toStrictEqual([old]);
    expect(state).toMatchObject({ count: 1, cluster: null });
    expect(await missOf(backend)).toBe('not there');
    expect(await doubtOfHeld(backend, held)).toBe('the store was lost');
    await fillOld(backend);
  });

  it('comes back with an old append-only file: likewise', async () => {
    const redis = await servers.start('--appendonly', 'yes', '--appendfsync', 'always');
    const backend = await open(redis.url);
    const held = await fillOld(backend);
    await redis.kill();
    await redis.restart();
    await untilAnswered(backend);
    expect(((await redis.command('KEYS', '*:e:k')) as string[]).length).toBe(1);
    expect(await missOf(backend)).toBe('not there');
    expect(await doubtOfHeld(backend, held)).toBe('the store was lost');
  });

  it('fails over to a replica that has not had the last fence: nothing from before is served', async () => {
    const master = await servers.start('--repl-diskless-sync-delay', '0');
    const replica = await servers.start('--replicaof', '127.0.0.1', String(master.port));
    const sentinel = await servers.startSentinel('main', master);
    const backend = await open(`redis-sentinel://127.0.0.1:${sentinel}/main`);
    const held = await fillOld(backend);
    await untilReplicated(master, replica, sentinel);
    replica.silence();
    await settle(backend);
    expect(await missOf(backend)).toBe('the tag t was invalidated');
    await master.kill();
    replica.resume();
    const state = await untilAnswered(backend);
    expect(((await replica.command('KEYS', '*:e:k')) as string[]).length).toBe(1);
    expect(state.nonce).not.toBe(held.nonce);
    expect(await missOf(backend)).toBe('not there');
    expect(await doubtOfHeld(backend, held)).toBe('the store was lost');
    await fillOld(backend);
  });

  it('is a master that was cut off from its replicas, and then a replica: it would take no fence, and proves nothing', async () => {
    const master = await servers.start();
    const replica = await servers.start('--replicaof', '127.0.0.1', String(master.port));
    await vi.waitFor(
      async () => {
        expect(await master.command('INFO', 'replication')).toContain('state=online');
      },
      { timeout: 10_000, interval: 50 },
    );
    const backend = await open(master.url);
    const held = await fillOld(backend);
    const told = async () => {
      const asked = [missOf(backend), doubtOfHeld(backend, held), stateOf(backend)];
      return (await Promise.allSettled(asked)).map(({ status }) => status);
    };
    expect(await told()).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    await master.command('CONFIG', 'SET', 'min-replicas-max-lag', '1', 'min-replicas-to-write', '1');
    await replica.command('REPLICAOF', 'NO', 'ONE');
    await vi.waitFor(
      async () => {
        expect(await told()).toEqual(['rejected', 'rejected', 'rejected']);
      },
      {
        timeout: 10_000,
        interval: 50,
      },
    );
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
    await untilAnswered(backend);
    // Whoever was connected stays so, and what is there comes from the new master, late.
    await master.command('REPLICAOF', '127.0.0.1', String(replica.port));
    expect(await told()).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('is out of memory and evicts nothing: nothing is stored, and writes are settled nevertheless', async () => {
    const redis = await servers.start('--maxmemory-policy', 'noeviction');
    const backend = await open(redis.url, { failuresToOpen: 1_000 });
    await fillOld(backend);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const evidence = evidenceAt(await stateOf(backend));
    const more = { key: 'l', fields: new Map([['f', '1']]), evidence };
    await expect(backend.fill(store, [more])).rejects.toThrow('OOM');
    const { claimed } = await backend.read(store, [{ key: 'm', fields: ['f'] }], {
      id: 'me',
      milliseconds: 9_000,
    });
    expect(claimed).toStrictEqual([true]);
    expect(await missOf(backend)).toBeNull();
    await settle(backend);
    expect(await missOf(backend)).toBe('the tag t was invalidated');
    await backend.doubt(store, 'i');
    expect((await stateOf(backend)).isBypassed).toBe(true);
  });

  it('evicts whatever it likes: nothing that predates a settled write is served', async () => {
    const redis = await servers.start('--maxmemory-policy', 'allkeys-random');
    const backend = await open(redis.url, { failuresToOpen: 1_000_000 });
    const used = Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))?.[1]);
    await redis.command('CONFIG', 'SET', 'maxmemory', String(used + 1_500_000));
    const ballast = async () => {
      const fields = new Map([['f', JSON.stringify(randomBytes(60_000).toString('base64'))]]);
      const evidence = { ...evidenceAt(await stateOf(backend)), tags: [] };
      await backend.fill(store, [{ key: String(Math.random()), fields, evidence }]);
    };
    const nothing = () => Promise.resolve();
    const harness = { backend, evictTag: ballast, evictStore: ballast, flush: nothing, close: nothing };
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        await redis.command('FLUSHALL');
        for (let i = 0; i < 25; i += 1) await ballast();
        expect((await play(harness, script)).wrong).toStrictEqual([]);
      }),
      { numRuns: 12, endOnFailure: true },
    );
    expect(String(await redis.command('INFO', 'stats'))).toMatch(/evicted_keys:[1-9]/);
  });

  it('is not there at first: everything rejects, until it is', async () => {
    const redis = await servers.start();
    await redis.kill();
    const failures: unknown[] = [];
    const backend = await open(redis.url, { connection: (error) => failures.push(error) });
    await expect(stateOf(backend)).rejects.toThrow(CacheUnavailable);
    expect(failures.length).toBeGreaterThan(0);
    await redis.restart();
    await untilAnswered(backend);
  });
});

async function untilReplicated(master: RedisServer, replica: RedisServer, sentinel: number): Promise<void> {
  const offset = async (server: RedisServer, name: string) =>
    new RegExp(`${name}:(\\d+)`).exec(String(await server.command('INFO', 'replication')))?.[1];
  await vi.waitFor(
    async () => {
      const sent = await offset(master, 'master_repl_offset');
      expect(await offset(replica, 'slave_repl_offset')).toBe(sent);
      const known = await replicasKnownTo(sentinel);
      expect(known).toContain(String(replica.port));
    },
    { timeout: 20_000, interval: 100 },
  );
}

async function replicasKnownTo(sentinel: number): Promise<string> {
  const socket = connect(sentinel, '127.0.0.1');
  socket.write('SENTINEL REPLICAS main\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString();
}

describe.skipIf(!redisAvailable())('A Redis that does not answer', () => {
  it('is waited for a bounded time, then not at all, until it answers again', async () => {
    const redis = await servers.start();
    const outcomes: string[] = [];
    const states: string[] = [];
    const backend = await open(redis.url, {
      timeout: 300,
      probeAfter: 50,
      command: (name, _milliseconds, outcome) => outcomes.push(`${name} ${outcome}`),
      breaker: (state) => states.push(state),
    });
    await fillOld(backend);
    outcomes.length = 0;
    redis.silence();
    for (let i = 0; i < 3; i += 1) await expect(missOf(backend)).rejects.toThrow('within 300 ms');
    expect(backend.breakerState).not.toBe('closed');
    for (let i = 0; i < 100; i += 1)
      await expect(missOf(backend)).rejects.toThrow('Redis is not asked at the moment');
    expect(outcomes).toStrictEqual(['read timeout', 'read timeout', 'read timeout']);
    await expect(settle(backend)).rejects.toThrow(CacheUnavailable);
    expect(outcomes.at(-1)).toBe('settle timeout');
    redis.resume();
    await vi.waitFor(() => {
      expect(backend.breakerState).toBe('closed');
    }, 10_000);
    expect(states.at(0)).toBe('open');
    expect(states.at(-1)).toBe('closed');
    // The settling write that nobody waited for was carried out when it woke up, or is sent again: both are right.
    await settle(backend);
    expect(await missOf(backend)).toBe('the tag t was invalidated');
  });

  it('behind a connection that vanished is asked by another', async () => {
    const redis = await servers.start();
    const hole = await openHole(redis.port);
    const backend = await open(hole.url, { timeout: 300, probeAfter: 50 });
    await fillOld(backend);
    hole.swallow();
    for (let i = 0; i < 3; i += 1) await expect(missOf(backend)).rejects.toThrow('within 300 ms');
    await vi.waitFor(() => {
      expect(backend.breakerState).toBe('closed');
    }, 10_000);
    expect(await missOf(backend)).toBeNull();
    await backend.close();
    await hole.close();
  });
});

describe.skipIf(!redisAvailable())('Validations', () => {
  it('go together in a tick, and never join what was sent', async () => {
    const redis = await servers.start();
    const sent: string[] = [];
    const backend = await open(redis.url, { command: (name) => sent.push(name) });
    await fillOld(backend);
    sent.length = 0;
    const first = Promise.all([
      backend.states(['a', 'b', store]),
      backend.states([store]),
      backend.records(store, ['t', 'u']),
      backend.records('b', ['t']),
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    const second = backend.states([store]);
    const [[, b, one], [same], ofStore, ofB] = await first;
    expect(one).toStrictEqual(same);
    expect(ofStore.state).toStrictEqual(one);
    expect(ofStore.records.get('t')).toMatchObject({ born: 1, xids: [] });
    expect(ofStore.records.get('u')).toBeNull();
    expect(ofB.state).toStrictEqual(b);
    expect(ofB.records.get('t')).toBeNull();
    await second;
    expect(sent).toStrictEqual(['validate', 'validate']);
    await backend.close();
    await expect(backend.states([store])).rejects.toThrow('the cache is closed');
  });
});

/** Passes bytes on, until it swallows those of the connections that it has; later ones are passed on again. */
async function openHole(port: number) {
  const sockets = new Set<Socket>();
  const swallowed = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!swallowed.has(from)) to.write(bytes);
      });
      from.on('error', () => undefined);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port but got none');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    swallow: () => {
      for (const socket of sockets) swallowed.add(socket);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
