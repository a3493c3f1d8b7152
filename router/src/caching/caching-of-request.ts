/** The cache as one client request sees it for one subgraph: with the headers that it sends there, and one look at the store. */
import type { CacheBackend, StoreState } from '@selvedge/cache';
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { Headers } from '../subgraphs/header-rules.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { CacheObserver } from './cache-observer.js';
import type { ResponseCache } from './response-cache.js';
import { scopeHash } from './scope-hash.js';
import type { SubgraphCaching } from './subgraph-caching.js';

export interface CachingOptions {
  readonly cache: ResponseCache;
  readonly caching: SubgraphCaching;
  readonly observer: CacheObserver;
  /** What the subgraph gets of the request. */
  readonly headers: Headers;
  /** Never rejects for what the subgraph does. */
  readonly send: (operation: SubgraphOperation) => Promise<FetchAnswer>;
  /** The same for nobody who waits. */
  readonly sendLater: (operation: SubgraphOperation) => Promise<FetchAnswer>;
  /** Milliseconds that a fetch from the subgraph usually takes. */
  readonly usualTime: () => number;
}

export class CachingOfRequest {
  readonly subgraph: string;
  readonly backend: CacheBackend;
  private known: Promise<StoreState> | null = null;
  private readonly scopes = new Map<string, string>();

  constructor(readonly options: CachingOptions) {
    this.subgraph = options.caching.subgraph;
    this.backend = options.cache.backend;
  }

  /** As it was after the request had come. @throws CacheUnavailable */
  state(): Promise<StoreState> {
    this.known ??= this.backend.states([this.subgraph]).then(([state]) => {
      if (state === undefined) throw new Error('expected the state of a store but got none');
      return state;
    });
    return this.known;
  }

  /** @returns null: nobody has said anything of such parts */
  lists(kind: string): readonly (readonly string[])[] | null {
    return this.options.cache.namesOf(this.namesKey(kind))?.lists ?? null;
  }

  /** Where the backend has the names that shape parts of the kind. */
  namesKey(kind: string): string {
    return `${this.options.caching.schemaHash} ? ${kind}`;
  }

  /** @param text as the backend has it. @returns whether there are lists that were not known */
  learn(kind: string, text: string | null): boolean {
    if (text === null) return false;
    const lists = JSON.parse(text) as readonly (readonly string[])[];
    const names = this.options.cache.namesToLearn(this.namesKey(kind));
    for (const list of lists) names.learn(list);
    return lists.some((list) => list.length > 0);
  }

  /** Of the request's values of the headers. */
  scope(names: readonly string[]): string {
    if (names.length === 0) return '';
    const id = names.join('\n');
    let scope = this.scopes.get(id);
    if (scope === undefined) {
      scope = scopeHash(names, this.options.headers);
      this.scopes.set(id, scope);
    }
    return scope;
  }
}
