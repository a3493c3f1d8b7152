/**
 * What makes an acknowledged write visible: before a mutation is sent, its intent stands in the record of the subgraph's
 * store, and before it is answered, what it wrote is fenced there and the intent taken back, at once. Whatever goes wrong
 * in between leaves the intent, and the store is passed by until nothing of the mutation can be committed any more.
 */
import { randomUUID } from 'node:crypto';
import { CacheUnavailable, type CacheBackend, type CacheExtension, type Write } from '@selvedge/cache';
import { timeLeft } from '../../subgraphs/deadline.js';
import { mutationTimes } from './intent-times.js';
import { LateSettles } from './late-settles.js';
import type { WritesObserver } from './writes-observer.js';

export interface WritesOptions {
  readonly backend: Pick<CacheBackend, 'intend' | 'settle' | 'doubt'>;
  /** `strict`: what could not be fenced is not sent. */
  readonly mode: 'available' | 'strict';
  /** Whether anything of the subgraph is cached. */
  readonly covers: (subgraph: string) => boolean;
  /** Milliseconds that a fetch from the subgraph may take. */
  readonly timeoutOf: (subgraph: string) => number;
  /** Milliseconds by which clocks of routers and subgraphs may differ. */
  readonly clockDifference: number;
  /** Milliseconds after which others pass a store by whose mutation is not settled. */
  readonly suspect?: number;
  readonly observer: WritesObserver;
}

/** What came of sending a mutation. */
export type SentWrite =
  /** One for each call that was answered; `null`: by a subgraph that says nothing of caching. */
  | { readonly outcome: 'answered'; readonly extensions: readonly (CacheExtension | null)[] }
  /** It has never left the router. */
  | { readonly outcome: 'not sent' }
  | { readonly outcome: 'unknown' };

/** A mutation under way. */
export interface Intent {
  readonly subgraph: string;
  readonly id: string;
  /** Whether it is recorded, so that everybody will know of it. */
  readonly isRecorded: boolean;
  /** On the clock of `performance.now()`: when it was recorded, at the latest. */
  readonly since: number;
  /** Milliseconds since 1970, by when all of the mutation has to be over. */
  readonly until: number;
}

/** The cache is away, and the router's mode is to change nothing then. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';
}

export class Writes {
  private readonly late: LateSettles;
  private readonly suspect: number;
  private readonly underWay = new Set<Promise<unknown>>();
  /** Subgraphs that have told what they wrote. */
  private readonly ofTheKit = new Set<string>();
  /** Of queries that wrote: many may share one answer. */
  private readonly settled = new WeakMap<CacheExtension, Promise<boolean>>();

  constructor(private readonly options: WritesOptions) {
    this.suspect = options.suspect ?? defaultSuspect;
    this.late = new LateSettles(options.backend);
  }

  /** How many stores have fences that could not be put yet. */
  get owing(): number {
    return this.late.size;
  }

  /** Whether there are fences of the store that could not be put yet. */
  owes(subgraph: string): boolean {
    return this.late.owes(subgraph);
  }

  /** Whether the subgraph says of each answer what it wrote. */
  isOfTheKit(subgraph: string): boolean {
    return this.ofTheKit.has(subgraph);
  }

  covers(subgraph: string): boolean {
    return this.options.covers(subgraph);
  }

  /**
   * Before a mutation is sent.
   *
   * @param deadline of whoever waits for it, on the clock of `performance.now()`
   * @throws WriteRefused
   */
  async intend(subgraph: string, deadline: number): Promise<Intent> {
    const id = randomUUID();
    const { backend, mode, observer, timeoutOf, clockDifference } = this.options;
    const { over, until } = mutationTimes(Math.min(timeLeft(deadline), timeoutOf(subgraph)), clockDifference);
    try {
      await backend.intend(subgraph, id, { suspect: Math.min(this.suspect, over), over });
      return { subgraph, id, isRecorded: true, since: performance.now(), until };
    } catch (error) {
      if (!(error instanceof CacheUnavailable)) throw error;
      observer.unreachable(subgraph);
      if (mode === 'available') return { subgraph, id, isRecorded: false, since: performance.now(), until };
      // It may have been recorded all the same.
      this.late.settle(subgraph, nothing, id);
      throw new WriteRefused(`expected the cache to be reachable but got: ${error.message}`, {
        cause: error,
      });
    }
  }

  /** After it was sent, before it is answered. @returns whether what it wrote is fenced, or known to be fenced by then */
  conclude(intent: Intent, sent: SentWrite): Promise<boolean> {
    return this.follow(this.concludeNow(intent, sent));
  }

  /** A query may have written as well. @returns as `conclude` does */
  async settleQuery(subgraph: string, extension: CacheExtension): Promise<boolean> {
    if (extension.writes === undefined) return true;
    let settling = this.settled.get(extension);
    if (settling === undefined) {
      const since = performance.now();
      const intent = { subgraph, id: null, isRecorded: false, since };
      settling = this.follow(this.settle(intent, writeOf([extension])));
      this.settled.set(extension, settling);
    }
    return settling;
  }

  /** What is under way is waited for; what is owed is tried once more. */
  async close(): Promise<void> {
    await Promise.allSettled(this.underWay);
    await this.late.close();
  }

  private async concludeNow(intent: Intent, sent: SentWrite): Promise<boolean> {
    const { subgraph, id } = intent;
    if (sent.outcome === 'answered') {
      if (sent.extensions.some((extension) => extension !== null)) this.ofTheKit.add(subgraph);
      return this.settle(intent, writeOf(sent.extensions));
    }
    if (sent.outcome === 'not sent') return this.settle(intent, nothing);
    this.options.observer.doubted(subgraph);
    try {
      await this.options.backend.doubt(subgraph, id);
    } catch (error) {
      if (!(error instanceof CacheUnavailable)) throw error;
      // Where it is recorded, it is suspect by itself. The client is not told that it was carried out.
      if (!intent.isRecorded) this.late.doubt(subgraph, id);
    }
    return true;
  }

  /** Tries until everybody else passes the store by; then the client may know. */
  private async settle(
    intent: Omit<Intent, 'id' | 'until'> & { readonly id: string | null },
    write: Write,
  ): Promise<boolean> {
    const { subgraph, id, isRecorded, since } = intent;
    const { backend, observer } = this.options;
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        await backend.settle(subgraph, write, id);
        observer.settled(subgraph, performance.now() - since, write.tags.length);
        return true;
      } catch (error) {
        if (!(error instanceof CacheUnavailable)) throw error;
        const left = since + this.suspect + clockDrift - performance.now();
        if (left <= 0 || !isRecorded) break;
        await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
      }
    }
    observer.unreachable(subgraph);
    this.late.settle(subgraph, write, id);
    const isKnown = isRecorded || write.tags.length === 0;
    if (!isKnown) observer.unconfirmed(subgraph);
    return isKnown;
  }

  private follow<Result>(work: Promise<Result>): Promise<Result> {
    this.underWay.add(work);
    const done = () => this.underWay.delete(work);
    work.then(done, done);
    return work;
  }
}

/** Takes the intent back. */
const nothing: Write = { cluster: null, xids: [], tags: [] };

/** Of a subgraph that says nothing, anything may have been written. */
const anything: Write = { cluster: null, xids: [], tags: ['*'] };

function writeOf(extensions: readonly (CacheExtension | null)[]): Write {
  const [only] = extensions;
  if (extensions.length !== 1 || only === undefined || only === null) return anything;
  const { cluster, writes } = only;
  return writes === undefined ? nothing : { cluster, xids: writes.xids, tags: writes.tags };
}

/** Milliseconds; most mutations are answered before. */
const defaultSuspect = 1_000;

/** Milliseconds by which this clock may have gone ahead of the cache's in one `suspect`. */
const clockDrift = 20;

const firstPause = 25;
const longestPause = 400;
