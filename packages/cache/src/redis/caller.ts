/**
 * Runs scripts in Redis such that nobody waits longer than the timeout, and while Redis does not answer, nobody waits at all.
 * A command that timed out may still be carried out, late: each script is safe then.
 */
import { performance } from 'node:perf_hooks';
import { CacheUnavailable } from '../contract.js';
import { Breaker, type BreakerState } from './breaker.js';
import type { Argument, Connection } from './connection.js';
import type { Script } from './scripts/index.js';

export type CommandOutcome = 'ok' | 'timeout' | 'error';

export interface CallerEvents {
  /** Of each command that was sent. */
  readonly command?: (name: string, milliseconds: number, outcome: CommandOutcome) => void;
  /** @param reason of the last failure */
  readonly breaker?: (state: BreakerState, reason: string | null) => void;
}

export interface CallerOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly failuresToOpen: number;
  readonly probeAfter: number;
  readonly events: CallerEvents;
}

export interface CallOptions {
  readonly texts?: 'strings' | 'buffers';
  /** Sent though the breaker is open: a write that is to be settled. */
  readonly isUrgent?: boolean;
}

class TimedOut extends Error {}

export class Caller {
  readonly #open: (ready: () => void) => Connection;
  readonly #options: CallerOptions;
  /** One; in a Cluster one a store, since one node may be silent while the others answer. */
  readonly #breakers = new Map<string, Breaker>();
  #connection: Connection;
  #replacement: Connection | null = null;
  #reason: string | null = null;
  #isClosed = false;

  /** @param ready called when Redis could be reached for the first time */
  constructor(open: (ready: () => void) => Connection, options: CallerOptions, ready: () => void) {
    this.#open = open;
    this.#options = options;
    this.#connection = open(ready);
  }

  /** The worst of all. */
  get breakerState(): BreakerState {
    const states = [...this.#breakers.values()].map(({ state }) => state);
    return states.find((state) => state === 'open') ?? states.find((state) => state !== 'closed') ?? 'closed';
  }

  get isClustered(): boolean {
    return this.#connection.isClustered;
  }

  /** @param keys of one slot, where Redis is a Cluster */
  async run(
    script: Script,
    keys: readonly [string, ...string[]],
    args: readonly Argument[],
    { texts = 'strings', isUrgent = false }: CallOptions = {},
  ): Promise<unknown> {
    if (this.#isClosed) throw new CacheUnavailable('the cache is closed');
    const breaker = this.#breakerOf(keys[0]);
    if (breaker.state !== 'closed' && !isUrgent)
      throw new CacheUnavailable(`Redis is not asked at the moment: ${this.#reason ?? 'it did not answer'}`);
    const started = performance.now();
    const connection = this.#connection;
    const parameters = [String(keys.length), ...keys, ...args];
    try {
      const answer = await this.#bounded(evaluate(connection, script, keys[0], parameters, texts));
      this.#report(script.name, started, 'ok');
      breaker.succeeded();
      return answer;
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      this.#report(script.name, started, error instanceof TimedOut ? 'timeout' : 'error');
      breaker.failed();
      throw new CacheUnavailable(`Redis: ${this.#reason}`, { cause: error });
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const breaker of this.#breakers.values()) breaker.close();
    this.#replacement?.destroy();
    this.#connection.destroy();
  }

  #breakerOf(key: string): Breaker {
    const name = this.isClustered ? key : '';
    let breaker = this.#breakers.get(name);
    if (breaker === undefined) {
      const { failuresToOpen, probeAfter, events } = this.#options;
      breaker = new Breaker({
        failures: failuresToOpen,
        probeAfter,
        probe: () => this.#probe(key),
        changed: (state) => events.breaker?.(state, state === 'closed' ? null : this.#reason),
      });
      this.#breakers.set(name, breaker);
    }
    return breaker;
  }

  #report(name: string, started: number, outcome: CommandOutcome): void {
    this.#options.events.command?.(name, performance.now() - started, outcome);
  }

  async #probe(key: string): Promise<void> {
    try {
      await this.#bounded(this.#connection.send(key, ['PING'], 'strings'));
    } catch (error) {
      if (error instanceof TimedOut && !this.#isClosed) this.#replaceConnection();
      throw error;
    }
  }

  /** A peer that vanished without a word leaves a connection that never fails. The old one serves until the new one is there. */
  #replaceConnection(): void {
    this.#replacement?.destroy();
    const made = this.#open(() => {
      if (this.#replacement !== made) return;
      const old = this.#connection;
      this.#connection = made;
      this.#replacement = null;
      setTimeout(() => {
        old.destroy();
      }, this.#options.timeout).unref();
    });
    this.#replacement = made;
  }

  #bounded(answer: Promise<unknown>): Promise<unknown> {
    const { timeout } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // Where this process was busy for so long, the answer may be waiting to be read, which comes before the immediate.
        setImmediate(() => {
          reject(new TimedOut(`expected an answer within ${timeout} ms but got none`));
        });
      }, timeout);
      answer.then(
        (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}

async function evaluate(
  connection: Connection,
  { sha, source }: Script,
  key: string,
  parameters: readonly Argument[],
  texts: 'strings' | 'buffers',
): Promise<unknown> {
  try {
    return await connection.send(key, ['EVALSHA', sha, ...parameters], texts);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return connection.send(key, ['EVAL', source, ...parameters], texts);
  }
}
