/** Which backend the configuration asks for, and the one line of the log when it goes away or comes back. */
import {
  openInProcessBackend,
  openRedisBackend,
  type BreakerState,
  type CacheBackend,
  type CommandOutcome,
} from '@selvedge/cache';
import type { Logger } from 'pino';
import type { RouterConfig } from '../config/schema.js';
import { longestIntent } from './writes/intent-times.js';

export interface BackendOptions {
  readonly config: RouterConfig;
  /** Where the configuration names none; undefined: what is cached is kept in this process. */
  readonly redisUrl: string | undefined;
  readonly log: Logger;
  /** Of each command that was sent to Redis. */
  readonly onCommand?: ((name: string, milliseconds: number, outcome: CommandOutcome) => void) | undefined;
}

export interface OpenedBackend {
  readonly backend: CacheBackend;
  /** Whether other processes have the same. */
  readonly isShared: boolean;
  /** `null` where there is none. */
  readonly breakerState: () => BreakerState | null;
}

export function asksForRedis({ response_cache }: RouterConfig, redisUrl: string | undefined): boolean {
  return response_cache.subgraph.all.redis !== undefined || redisUrl !== undefined;
}

export async function openBackend(options: BackendOptions): Promise<OpenedBackend> {
  const { config, redisUrl, log, onCommand } = options;
  const { redis } = config.response_cache.subgraph.all;
  const urls = redis?.urls ?? (redisUrl === undefined ? undefined : [redisUrl]);
  const longest = longestIntent(config);
  if (urls === undefined) {
    const maxBytes = Math.max(minBytes, Math.floor(config.response_cache.in_memory.max_bytes / 3));
    const backend = openInProcessBackend({ maxBytes, longestIntent: longest });
    return { backend, isShared: false, breakerState: () => null };
  }
  const reach = new Reach(log);
  const backend = await openRedisBackend({
    urls,
    namespace: redis?.namespace ?? 'selvedge',
    timeout: redis?.timeout ?? 250,
    longestIntent: longest,
    command(name, milliseconds, outcome) {
      if (outcome === 'ok') reach.found();
      onCommand?.(name, milliseconds, outcome);
    },
    breaker(state, reason) {
      if (state === 'open') reach.lost(reason ?? 'it did not answer');
    },
    connection(error) {
      reach.lost(error instanceof Error ? error.message : String(error));
    },
  });
  return { backend, isShared: true, breakerState: () => backend.breakerState };
}

/** Says once that Redis is away, and once that it is back. */
class Reach {
  private isLost = false;

  constructor(private readonly log: Logger) {}

  lost(reason: string): void {
    if (this.isLost) return;
    this.isLost = true;
    this.log.warn({ reason }, 'Redis cannot be reached: nothing is served from the cache');
  }

  found(): void {
    if (!this.isLost) return;
    this.isLost = false;
    this.log.info('Redis can be reached again');
  }
}

/** For the records of stores and tags, where nothing else is to be kept. */
const minBytes = 1_000_000;
