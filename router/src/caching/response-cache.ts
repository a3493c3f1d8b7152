/**
 * The cache of parts of answers, one for each process of the router. It outlives supergraphs: what it keeps of a subgraph is
 * named by what the supergraph says of that subgraph, so that entries serve until that changes.
 */
import type { CacheBackend } from '@selvedge/cache';

export interface ResponseCacheOptions {
  readonly backend: CacheBackend;
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

export class ResponseCache {
  readonly backend: CacheBackend;

  constructor(private readonly options: ResponseCacheOptions) {
    this.backend = options.backend;
  }

  optionsOf(subgraph: string): SubgraphCacheOptions | null {
    return this.options.subgraph(subgraph);
  }
}
