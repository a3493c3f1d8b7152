/** What the engine gives to whoever carries out its fetches, and what it gets back. */
import type { CacheExtension, Evidence } from '@selvedge/cache';
import type { JsonObject } from './json-text.js';
import type { RequestTemplate } from './request-template.js';

export interface FetchRequest {
  readonly template: RequestTemplate;
  /** `"name":value` pairs, joined. */
  readonly variables: string;
  /** Texts of distinct objects; `null` where the fetch begins at a root type. */
  readonly representations: readonly string[] | null;
  /** Whether a mutation of the same operation came before. */
  readonly followsMutation: boolean;
}

/** Nothing in it is changed by those who get it: others may have got the same. */
export interface FetchAnswer {
  readonly data: JsonObject | null;
  /** One for each representation, in order. */
  readonly entities: readonly (JsonObject | null)[];
  readonly errors: readonly FetchError[];
  /** The subgraph's `Cache-Control`, once for each answer that this one is made of; `undefined`: it said nothing. */
  readonly cacheControl: readonly (string | undefined)[];
  /** Whether it is the caller's alone: it came with a cookie, or said that it is private. */
  readonly isPrivate: boolean;
  /** What each call that was answered has said of itself; none where nothing came that was GraphQL, or all was cached. */
  readonly origins: readonly CallOrigin[];
  /** Where each entity came from; `null`: all from the first of `origins`, in order. */
  readonly entityPlaces: readonly EntityPlace[] | null;
  /** What all parts of it are proven by; `null`: some part cannot be proven, or must not be kept. */
  readonly proofs: readonly PartProof[] | null;
}

/** How the answer to one operation came about, as its subgraph tells it. */
export interface CallOrigin {
  /** `null`: the subgraph is not built on the kit, or was not asked. */
  readonly extension: CacheExtension | null;
  readonly cacheControl: string | undefined;
  readonly vary: string | undefined;
  readonly hasSetCookie: boolean;
  /** Of the operation, whoever's part they are about. */
  readonly hasErrors: boolean;
  /** Whether its HTTP status was 5xx, so that somebody in between may have answered. */
  readonly isServerError?: boolean;
}

export interface EntityPlace {
  /** Among `origins`. */
  readonly origin: number;
  /** Among the representations of that call. */
  readonly index: number;
}

/** What a part of an answer is proven by, and who may see it. */
export interface PartProof {
  readonly subgraph: string;
  readonly evidence: Evidence;
  /** Names of the headers that shaped it, in lower case and in order: who sends the subgraph the same may see it. */
  readonly names: readonly string[];
  readonly isPrivate: boolean;
  /** Seconds, from `evidence.fetchedAt`. */
  readonly maxAge: number;
  /** Seconds for which it may be served without being proven; 0 unless the schema grants it. */
  readonly staleness: number;
}

/** What an answer says of caching that came out of no call. */
export const ofNoCall = { origins: [], entityPlaces: null, proofs: null } as const;

export interface FetchError {
  /** Passed on to the client, as far as it may see it. */
  readonly error: Error;
  /** Which representation it is about; `null`: a root field, or the fetch as a whole. */
  readonly entity: number | null;
  /** Below the entity or the root, empty: all that the fetch should have brought; `undefined`: of no place. */
  readonly path: readonly (string | number)[] | undefined;
}

/** Carries out fetches for one request. What goes wrong is in the answer: it never rejects. */
export interface FetchPort {
  fetch(request: FetchRequest): Promise<FetchAnswer>;
}
