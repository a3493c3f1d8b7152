/**
 * The cache of parts of answers, one for each process of the router. It outlives supergraphs: what it keeps of a subgraph is
 * named by what the supergraph says of that subgraph, so that entries serve until that changes.
 */
import type { CacheBackend } from '@selvedge/cache';
import { LRUCache } from 'lru-cache';
import { NameLists } from './name-lists.js';
import { PartTier } from './part-tier.js';
import type { Writes } from './writes/writes.js';

export interface ResponseCacheOptions {
  readonly backend: CacheBackend;
  /** What makes acknowledged writes visible; without it, somebody else does. */
  readonly writes?: Writes;
  /** @returns null: nothing of the subgraph is cached */
  readonly subgraph: (name: string) => SubgraphCacheOptions | null;
  /** What parts may take of this process's memory; 0: none is kept in it. */
  readonly maxBytes: number;
}

/** Milliseconds. */
export interface SubgraphCacheOptions {
  /** Of what says that all may keep it, but not for how long; null: it is not kept. */
  readonly ttl: number | null;
  /** Nothing is kept for longer. */
  readonly maxTtl: number;
  /** For so long after its time it may be served while a newer one is fetched. */
  readonly staleWhileRevalidate: number;
}

/** Milliseconds for which who has said to fill something is waited for, at most. */
export const claimedFor = 1_000;

export class ResponseCache {
  readonly backend: CacheBackend;
  readonly writes: Writes | null;
  /** What this process keeps itself. */
  readonly tier: PartTier;
  /** Keys that this process has said it would fill. */
  readonly filling = new LRUCache<string, true>({ max: 50_000, ttl: claimedFor });
  /** What is being fetched anew because its time is over. */
  readonly renewing = new Set<string>();
  private readonly names = new LRUCache<string, NameLists>({ max: 20_000 });
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly options: ResponseCacheOptions) {
    this.backend = options.backend;
    this.writes = options.writes ?? null;
    this.tier = new PartTier(options.maxBytes);
  }

  optionsOf(subgraph: string): SubgraphCacheOptions | null {
    return this.options.subgraph(subgraph);
  }

  /** What shapes parts of a kind, as far as this process knows; undefined: nothing is known. */
  namesOf(kind: string): NameLists | undefined {
    return this.names.get(kind);
  }

  /** The same, to add to. */
  namesToLearn(kind: string): NameLists {
    let lists = this.names.get(kind);
    if (lists === undefined) {
      lists = new NameLists();
      this.names.set(kind, lists);
    }
    return lists;
  }

  /** Has something done after the answers that are under way; what goes wrong with it harms nobody. */
  later(task: () => Promise<void>): void {
    const done = new Promise<void>((resolve) => {
      setImmediate(() => {
        task().then(resolve, () => {
          resolve();
        });
      });
    });
    this.underWay.add(done);
    void done.then(() => this.underWay.delete(done));
  }

  /** When nothing is being stored any more. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }
}
