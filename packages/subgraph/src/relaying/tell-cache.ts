// Tells the routers' cache in Redis of what was written to the store, whoever wrote it: straight, and by nothing in between.
import { openRedisBackend, type CacheBackend } from '@selvedge/cache';
import type { Deliveries, OutboxMessage } from '@selvedge/events';
import type { CacheOfRouters } from '../server/config.js';

/** The part of the cache that is told. */
export type ToldCache = Pick<CacheBackend, 'settle' | 'vouch' | 'close'>;

/** Milliseconds: what was committed so long ago is seen by all, or the store is passed by. */
const longestLag = 5_000;
/** Milliseconds that a command may take, and between two times that the cache is vouched for. */
const timeout = 1_000;
const vouchingPause = 250;
/** A record that this makes outlasts every mutation that a router may have under way. */
const longestIntent = 600_000;

export async function openCache(
  { redisUrl, namespace }: CacheOfRouters,
  failed: (error: unknown) => void,
): Promise<ToldCache> {
  return openRedisBackend({ urls: [redisUrl], namespace, timeout, longestIntent, connection: failed });
}

/**
 * @param store its name in the supergraph
 * @param cluster of the store: without it, transaction ids cannot be compared
 */
export function cacheDeliveries(
  cache: ToldCache,
  store: string,
  cluster: () => Promise<string | null>,
): Deliveries {
  let vouchedAt = -Infinity;
  return {
    async deliver(messages) {
      const known = await cluster();
      await Promise.all(
        [...byTransaction(messages)].map(([xid, tags]) =>
          cache.settle(store, { cluster: known, xids: known === null ? [] : [xid], tags: [...tags] }, null),
        ),
      );
    },
    caughtUp(lag) {
      const now = performance.now();
      // The command may take its time on its way.
      const left = longestLag - timeout - lag();
      if (now - vouchedAt < vouchingPause || left <= 0) return;
      vouchedAt = now;
      // It is said again soon; where it cannot be, the store is passed by.
      cache.vouch(store, left).catch(() => undefined);
    },
  };
}

function byTransaction(messages: readonly OutboxMessage[]): ReadonlyMap<string, ReadonlySet<string>> {
  const transactions = new Map<string, Set<string>>();
  for (const { xid, tags } of messages) {
    const known = transactions.get(xid) ?? new Set<string>();
    for (const tag of tags) known.add(tag);
    transactions.set(xid, known);
  }
  return transactions;
}
