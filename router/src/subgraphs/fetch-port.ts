/** The fetches of one client operation: each goes to its subgraph with what the client's headers come to there. */
import type { FetchAnswer, FetchPort, FetchRequest } from '../execution/fetch-answer.js';
import type { RequestTemplate } from '../execution/request-template.js';
import type { IncomingHttpHeaders } from 'node:http';
import { writeUntilHeader } from '@selvedge/cache';
import { noCacheObserver, type CacheObserver } from '../caching/cache-observer.js';
import { cachedFetch } from '../caching/cached-fetch.js';
import { CachingOfRequest } from '../caching/caching-of-request.js';
import type { ResponseCache } from '../caching/response-cache.js';
import { sendMutation, settleWrites } from '../caching/writes/send-mutation.js';
import type { Caller } from './caller.js';
import { scopeOf, type Scope } from './scope.js';
import type { Subgraph } from './subgraph.js';

export interface PortOptions {
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
  /** Of `@override`: those that are on for this request. */
  readonly labels: readonly string[];
  /** Told of each answer. */
  readonly onAnswer?: (subgraph: string, answer: FetchAnswer) => void;
  /** Whether the caller stands for several, and so has nothing of its own to send. */
  readonly isForSeveral: boolean;
  /** `null`: nothing is cached. */
  readonly cache?: ResponseCache | null;
  /** Told what the cache did. */
  readonly observer?: CacheObserver;
}

export class RequestPort implements FetchPort {
  /** Whether something of what came is this caller's alone. */
  isPrivate = false;
  /** Whether it wrote something that others may not see yet. */
  isUnconfirmed = false;
  private readonly caching = new Map<Subgraph, CachingOfRequest | null>();
  private readonly scopes = new Map<Subgraph, Scope>();

  constructor(private readonly options: PortOptions) {}

  async fetch({ template, variables, representations, followsMutation }: FetchRequest): Promise<FetchAnswer> {
    const { subgraphs, caller, onAnswer } = this.options;
    const subgraph = subgraphs.get(template.subgraph);
    if (subgraph === undefined)
      throw new Error(`expected a subgraph of the supergraph but got ${template.subgraph}`);
    const isAlone = followsMutation || template.kind === 'mutation';
    const operation = { template, variables, representations };
    const caching = isAlone ? null : this.cachingFor(subgraph);
    const send = (until?: number) =>
      subgraph.fetch(operation, caller, boundedScope(this.scopeFor(subgraph), until), isAlone);
    const answer = await this.confirm(
      template,
      caching === null ? send : () => cachedFetch(caching, operation),
    );
    this.isPrivate ||= answer.isPrivate;
    onAnswer?.(template.subgraph, answer);
    return answer;
  }

  /** What the answer to the whole operation would depend on: every subgraph's scope, whether it has a part or not. */
  static scopeOfAll({
    subgraphs,
    headers,
    labels,
  }: Pick<PortOptions, 'subgraphs' | 'headers' | 'labels'>): string {
    const keys = [...subgraphs.values()].map(
      ({ options }) => scopeOf(options.headerRules(headers), labels).key,
    );
    // A request that nobody may share with is in a scope of its own.
    return keys.includes(null) ? `alone ${(lastAlone += 1)}` : keys.join('\n');
  }

  /** What it writes is fenced before anybody hears of it. */
  private async confirm(
    { subgraph, kind }: RequestTemplate,
    send: (until?: number) => Promise<FetchAnswer>,
  ): Promise<FetchAnswer> {
    const { cache, caller } = this.options;
    const writes = cache?.writes;
    if (writes?.covers(subgraph) !== true) return send();
    const { answer, isConfirmed } = await (kind === 'mutation'
      ? sendMutation(writes, subgraph, caller, send)
      : settleWrites(writes, subgraph, await send()));
    this.isUnconfirmed ||= !isConfirmed;
    return answer;
  }

  /** `null`: nothing of it is cached, or nothing that this request may share in. */
  private cachingFor(subgraph: Subgraph): CachingOfRequest | null {
    const { cache, observer = noCacheObserver, headers, caller } = this.options;
    const { caching, headerRules } = subgraph.options;
    if (cache == null || caching == null) return null;
    let own = this.caching.get(subgraph);
    if (own === undefined) {
      const scope = this.scopeFor(subgraph);
      own =
        scope.key === null
          ? null
          : new CachingOfRequest({
              cache,
              caching,
              observer,
              headers: headerRules(headers),
              send: (operation) => subgraph.fetch(operation, caller, scope, false),
              sendLater: (operation) => subgraph.fetch(operation, nobody(), scope, true),
              usualTime: () => subgraph.patience(),
            });
      this.caching.set(subgraph, own);
    }
    return own;
  }

  private scopeFor(subgraph: Subgraph): Scope {
    let scope = this.scopes.get(subgraph);
    if (scope === undefined) {
      const { headers, labels, isForSeveral } = this.options;
      const asksOrigin = subgraph.options.caching != null;
      const all = scopeOf(subgraph.options.headerRules(headers), labels, asksOrigin);
      scope = isForSeveral ? { ...all, headers: all.sharedHeaders } : all;
      this.scopes.set(subgraph, scope);
    }
    return scope;
  }
}

let lastAlone = 0;

/** @param until milliseconds since 1970, by when what is sent has to be over in the subgraph */
function boundedScope(scope: Scope, until: number | undefined): Scope {
  if (until === undefined) return scope;
  return { ...scope, headers: [...scope.headers, writeUntilHeader, String(until)] };
}

/** Waits for nothing of its own: what it asks for is kept for others. */
function nobody(): Caller {
  return { deadline: performance.now() + longestRenewal, hasLeft: false, onLeave: () => () => undefined };
}

const longestRenewal = 30_000;
