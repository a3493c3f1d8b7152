/**
 * The relay that needs no right but to read and delete: it looks for rows that have not been delivered, at once while there are some,
 * else ever less often. Nobody has to wake it: a NOTIFY in every write would cost up to 85% of the write throughput of 64 clients.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { outboxSchema } from '../outbox.js';
import type { SqlRunner } from '../runner.js';
import { signOfLife, tryToLead } from './leadership.js';
import { OutboxReader } from './outbox-reader.js';
import type { Deliveries, OutboxMessage, Relay, RelayStatus } from './relay.js';

export interface PollingRelayOptions {
  /** `postgres://…`, of a role that may read and delete the outbox. */
  readonly url: string;
  readonly deliveries: Deliveries;
  /** Told of each failure; it goes on by itself. */
  readonly failed: (error: unknown) => void;
}

/** Messages a look. */
const batchSize = 1_000;
/** Milliseconds from a look that found nothing to the next. */
const [shortestPause, longestPause] = [2, 100];
/** Milliseconds from a failure to the next try, and between tries to lead. */
const [shortestRetry, longestRetry] = [100, 5_000];
const standbyPause = 1_000;
/** Milliseconds that a delivery under way has when the relay stops. */
const grace = 5_000;

export function startPollingRelay(options: PollingRelayOptions): Relay {
  return new PollingRelay(options);
}

class PollingRelay implements Relay {
  readonly #options: PollingRelayOptions;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #isLeader = false;
  /** When the look began after which all that it saw was delivered, on the monotonic clock. */
  #caughtUpAt: number | null = null;
  #delivered = 0;
  #failures = 0;

  constructor(options: PollingRelayOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  status(): RelayStatus {
    return {
      isLeader: this.#isLeader,
      lag: this.#isLeader ? this.#lag() : null,
      delivered: this.#delivered,
      failures: this.#failures,
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.race([this.#ended, pause(grace, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let wait = shortestRetry;
    while (!this.#isStopping()) {
      try {
        await this.#lead(() => (wait = shortestRetry));
      } catch (error) {
        if (!this.#isStopping()) {
          this.#failures += 1;
          this.#options.failed(error);
        }
      }
      // With jitter: all that were ended by one failure would come back at one time.
      await pause(wait * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      wait = Math.min(2 * wait, longestRetry);
    }
  }

  /** For as long as the session lives. */
  async #lead(succeeded: () => void): Promise<void> {
    const { signal } = this.#stopping;
    const client = new pg.Client({ connectionString: this.#options.url, keepAlive: true });
    let lost: { readonly error: unknown } | null = null;
    client.on('error', (error) => (lost = { error }));
    try {
      await client.connect();
      const runner: SqlRunner = {
        query: async (sql, parameters) => {
          const { rows } = await client.query<object>(sql, parameters);
          return rows;
        },
      };
      const schema = await outboxSchema(runner);
      while (!(await tryToLead(runner, schema))) {
        await pause(standbyPause, undefined, { signal });
        throwIfLost(lost);
      }
      this.#isLeader = true;
      succeeded();
      await this.#deliverAll(runner, new OutboxReader(runner, schema));
    } finally {
      this.#isLeader = false;
      this.#caughtUpAt = null;
      await client.end().catch(() => undefined);
    }
  }

  async #deliverAll(runner: SqlRunner, reader: OutboxReader): Promise<void> {
    const { signal } = this.#stopping;
    const { deliveries } = this.#options;
    let wait = shortestPause;
    while (!this.#isStopping()) {
      const began = performance.now();
      const { messages, isFull } = await reader.next(batchSize);
      if (messages.length > 0) {
        await this.#deliver(runner, messages);
        await reader.delete(messages);
        wait = shortestPause;
      }
      if (isFull) continue;
      this.#caughtUpAt = began;
      deliveries.caughtUp(() => performance.now() - began);
      if (messages.length === 0) {
        await pause(wait, undefined, { signal }).catch(() => undefined);
        wait = Math.min(2 * wait, longestPause);
      }
    }
  }

  /** Until they are, or somebody else leads. Meanwhile the session says that it lives, or the server would end it. */
  async #deliver(runner: SqlRunner, messages: readonly OutboxMessage[]): Promise<void> {
    const { signal } = this.#stopping;
    let lost: { readonly error: unknown } | null = null;
    const livingOn = setInterval(() => {
      runner.query('SELECT 1').catch((error: unknown) => (lost = { error }));
    }, signOfLife);
    try {
      for (let wait = shortestRetry; ; wait = Math.min(2 * wait, longestRetry)) {
        try {
          await this.#options.deliveries.deliver(messages);
          this.#delivered += messages.length;
          return;
        } catch (error) {
          this.#failures += 1;
          this.#options.failed(error);
        }
        await pause(wait, undefined, { signal });
        throwIfLost(lost);
      }
    } finally {
      clearInterval(livingOn);
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #lag(): number | null {
    return this.#caughtUpAt === null ? null : performance.now() - this.#caughtUpAt;
  }
}

function throwIfLost(lost: { readonly error: unknown } | null): void {
  if (lost !== null) throw new Error('expected to lead but got the session ended', { cause: lost.error });
}
