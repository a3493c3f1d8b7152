/** All of the cache of one process, put together as the configuration asks for it. */
import type { Logger } from 'pino';
import type { RouterConfig } from '../config/schema.js';
import type { DirectAnswer } from '../pipeline/direct-answers.js';
import type { CacheMetrics } from '../telemetry/cache-metrics.js';
import { invalidationPort, type InvalidationPort } from './invalidation/invalidation-port.js';
import { asksForRedis, openBackend } from './open-backend.js';
import { ResponseCache, type SubgraphCacheOptions } from './response-cache.js';
import { WholeAnswers } from './whole-answers/whole-answers.js';
import { timeoutOf } from './writes/intent-times.js';
import { passingOwed } from './writes/passing-owed.js';
import { Writes } from './writes/writes.js';

export interface CachingOptions {
  readonly config: RouterConfig;
  readonly redisUrl: string | undefined;
  /** Whether other processes answer the same clients. */
  readonly isOneOfSeveral: boolean;
  readonly log: Logger;
  /** `null` where nothing is counted. */
  readonly metrics: CacheMetrics | null;
}

export interface Caching {
  readonly cache: ResponseCache;
  /** `null` where none are kept. */
  readonly wholeAnswers: WholeAnswers<DirectAnswer> | null;
  readonly port: InvalidationPort;
  /** After the last request. */
  close(): Promise<void>;
}

/** @returns `null` where nothing is cached */
export async function openCaching(options: CachingOptions): Promise<Caching | null> {
  const { config, redisUrl, isOneOfSeveral, log, metrics } = options;
  const { enabled, mode, max_clock_difference, in_memory, whole_answers } = config.response_cache;
  // What one process would keep for itself, another could not invalidate; who started them has said so.
  if (!enabled || (isOneOfSeveral && !asksForRedis(config, redisUrl))) return null;
  const opened = await openBackend({ config, redisUrl, log, onCommand: metrics?.onCommand });
  const { backend } = opened;
  const writes = new Writes({
    backend,
    mode,
    covers: (subgraph) => subgraphOptions(config, subgraph) !== null,
    timeoutOf: (subgraph) => timeoutOf(config, subgraph),
    clockDifference: max_clock_difference,
    observer: metrics?.writes ?? unobserved,
  });
  // Of the parts that are kept, the whole answers, and where it is in this process, the backend.
  const share = Math.floor(in_memory.max_bytes / (opened.isShared ? 2 : 3));
  const seen = passingOwed(backend, (store) => writes.owes(store));
  const cache = new ResponseCache({
    backend: seen,
    writes,
    subgraph: (name) => subgraphOptions(config, name),
    maxBytes: share,
  });
  const keepsWhole = whole_answers.enabled && share > 0;
  const wholeAnswers = keepsWhole ? new WholeAnswers<DirectAnswer>({ backend: seen, maxBytes: share }) : null;
  metrics?.read({
    breakerState: opened.breakerState,
    bytes: () => ({ parts: cache.tier.bytes, answers: wholeAnswers?.bytes ?? 0 }),
    owing: () => writes.owing,
  });
  return {
    cache,
    wholeAnswers,
    port: invalidationPort(backend),
    async close() {
      await cache.settled();
      await writes.close();
      await backend.close();
    },
  };
}

function subgraphOptions(
  { response_cache: { subgraph } }: RouterConfig,
  name: string,
): SubgraphCacheOptions | null {
  const { all, subgraphs } = subgraph;
  const own = subgraphs[name];
  if (!(own?.enabled ?? all.enabled)) return null;
  return {
    ttl: own?.ttl ?? all.ttl ?? null,
    maxTtl: own?.max_ttl ?? all.max_ttl,
    staleWhileRevalidate: own?.stale_while_revalidate ?? all.stale_while_revalidate ?? 0,
  };
}

const unobserved = {
  settled: () => undefined,
  doubted: () => undefined,
  unreachable: () => undefined,
  unconfirmed: () => undefined,
};
