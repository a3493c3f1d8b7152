/**
 * What belongs to one HTTP request and outlives its stages: @apollo/server's `contextValue`. @apollo/server copies it
 * for each operation of a client's array, one level deep, so whatever changes sits one level down.
 */
import type { FetchBatch } from '../subgraphs/data-source.js';
import type { HttpRequest } from './stages.js';

export interface RequestContext {
  readonly request: HttpRequest;
  /** The batches that are open at this moment, by subgraph. */
  readonly batches: Map<string, FetchBatch>;
  readonly failure: RequestFailure;
}

/** For the one log line of a request that failed: no text of a query, no value, no token. */
export interface RequestFailure {
  readonly operations: Set<string>;
  readonly codes: Set<string>;
  readonly subgraphs: Set<string>;
  /** Error codes of the network or the system, such as ECONNREFUSED. */
  readonly causes: Set<string>;
}

export function requestContext(request: HttpRequest): RequestContext {
  return {
    request,
    batches: new Map(),
    failure: { operations: new Set(), codes: new Set(), subgraphs: new Set(), causes: new Set() },
  };
}
