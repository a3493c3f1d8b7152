/** The shared store in Redis. It connects in the background and keeps trying; until then, and between, it fails fast. */
import { createClient } from 'redis';
import type { Logger } from 'pino';
import type { SharedStore } from './persisted-queries.js';

export interface RedisStoreOptions {
  readonly url: string;
  /** Milliseconds that an entry lives. */
  readonly ttl: number;
  /** Milliseconds that one command may take. */
  readonly timeout: number;
  /** Goes before every key, for a Redis that others use too. */
  readonly namespace: string;
}

export function redisStore(options: RedisStoreOptions, log: Logger): SharedStore {
  const client = createClient({
    url: options.url,
    // Commands wait for nothing: while there is no connection they are refused at once.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    socket: { connectTimeout: 2_000, reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, 5_000) },
  });
  const state = { isAway: false };
  client.on('error', (error: unknown) => {
    // Each attempt to connect fails with an error of its own; once is enough to say so.
    if (!state.isAway)
      log.warn({ err: error }, 'Redis is away: persisted queries are kept in this process only');
    state.isAway = true;
  });
  client.on('ready', () => {
    if (state.isAway) log.info('Redis is back');
    state.isAway = false;
  });
  client.connect().catch(() => undefined);
  const keyOf = (key: string) => options.namespace + key;
  const inTime = <Result>(command: Promise<Result>) => within(options.timeout, command);
  return {
    get: (key) => inTime(client.get(keyOf(key))),
    async set(key, value) {
      await inTime(client.set(keyOf(key), value, { expiration: { type: 'PX', value: options.ttl } }));
    },
    close() {
      // Nothing of ours is worth waiting for a Redis that may be away.
      client.destroy();
      return Promise.resolve();
    },
  };
}

async function within<Result>(milliseconds: number, command: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const overrun = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Redis did not answer within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([command, overrun]);
  } finally {
    clearTimeout(timer);
    command.catch(() => undefined);
  }
}
