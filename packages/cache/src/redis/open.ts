import { ScriptedBackend, type RedisBackend } from './backend.js';
import { Caller, type CallerEvents } from './caller.js';
import { connect } from './connection.js';
import { parseRedisUrls } from './urls.js';
import { defaultLongestIntent } from '../limits.js';

export interface RedisOptions extends RedisEvents {
  /** See `parseRedisUrls` for the forms. */
  readonly urls: readonly string[];
  /** Set before all keys. Whoever shares a namespace shares entries. */
  readonly namespace: string;
  /** Milliseconds that a command may take; then it counts as failed. */
  readonly timeout: number;
  /** Failures in a row after which Redis is not asked any more until a probe is answered. Default: 3. */
  readonly failuresToOpen?: number;
  /** Milliseconds until Redis is probed. Default: 1 s. */
  readonly probeAfter?: number;
  /** Milliseconds; no `IntentTimes.over` is longer. Default: a minute. */
  readonly longestIntent?: number;
}

export interface RedisEvents extends CallerEvents {
  /** The connection failed; it is made anew. */
  readonly connection?: (error: unknown) => void;
}

/**
 * Resolves when Redis is connected, or a moment later without: everything rejects with a CacheUnavailable then, until it is. Throws
 * where the URLs are none.
 */
export async function openRedisBackend(options: RedisOptions): Promise<RedisBackend> {
  const { urls, namespace, timeout, failuresToOpen = 3, probeAfter = 1000 } = options;
  const topology = parseRedisUrls(urls);
  const connectTimeout = Math.max(1000, timeout);
  const failed = options.connection ?? (() => undefined);
  const { promise: connected, resolve } = waiting();
  const caller = new Caller(
    (ready) => connect(topology, { connectTimeout, name: 'selvedge-cache', failed }, ready),
    { timeout, failuresToOpen, probeAfter, events: options },
    resolve,
  );
  const timer = setTimeout(resolve, connectTimeout);
  await connected;
  clearTimeout(timer);
  return new ScriptedBackend(caller, namespace, options.longestIntent ?? defaultLongestIntent);
}

function waiting(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}
