/**
 * What belongs to one HTTP request and outlives its stages: @apollo/server's `contextValue`. @apollo/server copies it
 * for each operation of a client's array, one level deep, so whatever changes sits one level down.
 */
import { noCacheObserver, type CacheObserver } from '../caching/cache-observer.js';
import type { Caller } from '../subgraphs/caller.js';
import type { OperationObservation } from '../telemetry/operation-observation.js';
import type { Observation } from '../telemetry/request-observation.js';
import type { ClientTerms } from './client-cache.js';
import type { HttpRequest } from './stages.js';

export interface RequestContext {
  readonly request: HttpRequest;
  /** Waits for the answers of subgraphs until the client leaves or the time is over. */
  readonly caller: Caller;
  /** Whether it stands for several requests that are equal in all that can shape their answers. */
  readonly isForSeveral: boolean;
  readonly failure: RequestFailure;
  /** What @apollo/server passes by: on which terms the answer leaves; `null`: it is not one to a query, or has errors. */
  readonly leaving: { terms: ClientTerms | null };
  /** Told what the cache did. */
  readonly cacheObserver: CacheObserver;
  /** `null` where nobody observes. */
  readonly observation: Observation | null;
  /** Of the operation that is under way, once one is. */
  readonly operation: OperationObservation | null;
}

/** For the one log line of a request that failed: no text of a query, no value, no token. */
export interface RequestFailure {
  readonly operations: Set<string>;
  readonly codes: Set<string>;
  readonly subgraphs: Set<string>;
  /** Error codes of the network or the system, such as ECONNREFUSED. */
  readonly causes: Set<string>;
}

/** Few requests fail: what they would leave is made when it is asked for. */
class Failure implements RequestFailure {
  readonly codes = new Set<string>();
  private readonly sets: Partial<Record<'operations' | 'subgraphs' | 'causes', Set<string>>> = {};

  get operations(): Set<string> {
    return (this.sets.operations ??= new Set());
  }

  get subgraphs(): Set<string> {
    return (this.sets.subgraphs ??= new Set());
  }

  get causes(): Set<string> {
    return (this.sets.causes ??= new Set());
  }
}

export function requestContext(
  request: HttpRequest,
  caller: Caller,
  observation: Observation | null = null,
  cacheObserver: CacheObserver = noCacheObserver,
): RequestContext {
  return {
    request,
    caller,
    isForSeveral: false,
    observation,
    operation: null,
    cacheObserver,
    leaving: { terms: null },
    failure: new Failure(),
  };
}
