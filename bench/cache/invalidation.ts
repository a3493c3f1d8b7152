// What a write costs the cache when 10, 1,000 and 100,000 entries carry its tag, beside a cache that finds what carries a tag and
// deletes it; and how many bytes of Redis an entry takes.
import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import {
  openRedisBackend,
  isProven,
  type CacheBackend,
  type NewEntry,
  type StoreState,
} from '@selvedge/cache';
import { progress, quantile } from '../measuring/figures.js';
import type { BenchRedis } from './redis.js';

export interface InvalidationCost {
  readonly entries: number;
  /** JSON of one entry's fields. */
  readonly valueBytes: number;
  /** Of Redis, with its keys, evidence and tags' records. */
  readonly bytesPerEntry: number;
  /** Milliseconds of the server's CPU. */
  readonly settleCpu: number;
  /** Milliseconds. */
  readonly settle: Latency;
  /** `intend`, then `settle`: what a mutation waits for beyond its subgraph. */
  readonly mutation: Latency;
  /** Of a cache that deletes: milliseconds for one write. */
  readonly deletion: number;
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

const store = 'reviews';
const listTag = 'reviews:product_id=7';
const cluster = '7000000000000000000/1';
/** Entries of one call. */
const chunk = 500;

export async function measureInvalidation(
  redis: BenchRedis,
  sizes: readonly number[],
  writes: number,
): Promise<InvalidationCost[]> {
  const costs: InvalidationCost[] = [];
  for (const entries of sizes) {
    progress(`invalidation of ${entries} entries`);
    await redis.flush();
    const backend = await openRedisBackend({
      urls: [redis.url],
      namespace: `invalidation-${entries}`,
      timeout: 10_000,
    });
    try {
      const before = await redis.usage();
      const state = await fill(backend, entries);
      const filled = await redis.usage();
      // What Redis and the client do the first time.
      await timed(writes / 10, (nth) => settle(backend, nth, null));
      const begun = await redis.usage();
      const settled = await timed(writes, (nth) => settle(backend, writes + nth, null));
      const ended = await redis.usage();
      const mutation = await timed(writes, async (nth) => {
        const id = randomUUID();
        await backend.intend(store, id, { suspect: 30_000, over: 60_000 });
        await settle(backend, 2 * writes + nth, id);
      });
      await checkMiss(backend, state);
      costs.push({
        entries,
        valueBytes: Buffer.byteLength(valueOf(0)),
        bytesPerEntry: (filled.bytes - before.bytes) / entries,
        settleCpu: ((ended.cpuSeconds - begun.cpuSeconds) / writes) * 1e3,
        settle: settled,
        mutation,
        deletion: await measureDeletion(redis, entries),
      });
    } finally {
      await backend.close();
    }
  }
  return costs;
}

async function fill(backend: CacheBackend, count: number): Promise<StoreState> {
  const [state] = await backend.states([store]);
  if (state === undefined) throw new Error('expected the state of the store');
  const now = Date.now();
  for (let first = 0; first < count; first += chunk) {
    const entries = Array.from({ length: Math.min(chunk, count - first) }, (_, index) =>
      entryOf(first + index, state, now),
    );
    const stored = await backend.fill(store, entries);
    if (stored !== entries.length)
      throw new Error(`expected ${entries.length} entries to be stored but got ${stored}`);
  }
  return state;
}

/** A review, as an answer about entities leaves it. */
function entryOf(id: number, { nonce, count }: StoreState, now: number): NewEntry {
  const life = 24 * 3_600_000;
  return {
    key: keyOf(id),
    fields: new Map([
      ['body', JSON.stringify(bodyOf(id))],
      ['rating', '4'],
    ]),
    evidence: {
      nonce,
      count,
      cluster,
      snapshot: '1000:1000:',
      tags: [listTag, `reviews:id=${id}`],
      fetchedAt: now,
      expiresAt: now + life,
      staleUntil: now + life,
    },
  };
}

function keyOf(id: number): string {
  return `Review ${id}`;
}

function bodyOf(id: number): string {
  return `It came on time, stands firmly, and looks better than in the picture; I would buy it again. (${id})`;
}

function valueOf(id: number): string {
  return `{"body":${JSON.stringify(bodyOf(id))},"rating":4}`;
}

function settle(backend: CacheBackend, nth: number, intent: string | null): Promise<void> {
  const xids = [String(2_000 + nth)];
  return backend.settle(store, { cluster, xids, tags: [listTag, 'reviews:id=0', 'reviews:'] }, intent);
}

/** @throws where what was measured did not invalidate */
async function checkMiss(backend: CacheBackend, filled: StoreState): Promise<void> {
  const { state, entries, records } = await backend.read(store, [{ key: keyOf(1), fields: ['body'] }], null);
  const [field] = entries[0] ?? [];
  if (field == null) throw new Error('expected an entry that is fenced but got none');
  if (state.nonce !== filled.nonce || isProven(field.evidence, state, records, Date.now()))
    throw new Error('expected an entry that is fenced but got one that is proven');
}

/** One sorted set of keys a tag, as caches have it that delete. */
async function measureDeletion(redis: BenchRedis, count: number): Promise<number> {
  await redis.flush();
  const client = createClient({ url: redis.url, commandOptions: { timeout: 60_000 } });
  await client.connect();
  try {
    for (let first = 0; first < count; first += chunk) {
      const ids = Array.from({ length: Math.min(chunk, count - first) }, (_, index) => first + index);
      const keys = ids.map(keyOf);
      await client.mSet(ids.map((id) => [keyOf(id), valueOf(id)] as [string, string]));
      await client.zAdd(
        listTag,
        keys.map((value) => ({ score: 1, value })),
      );
    }
    const { p50 } = await timed(1, async () => {
      const keys = await client.zRange(listTag, 0, -1);
      await client.unlink(keys);
      await client.unlink(listTag);
    });
    return p50;
  } finally {
    client.destroy();
  }
}

async function timed(count: number, run: (nth: number) => Promise<void>): Promise<Latency> {
  const latencies = new Float64Array(Math.ceil(count));
  for (let nth = 0; nth < latencies.length; nth += 1) {
    const began = performance.now();
    await run(nth);
    latencies[nth] = performance.now() - began;
  }
  latencies.sort();
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}
