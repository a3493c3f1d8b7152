/** What the engine gives to whoever carries out its fetches, and what it gets back. */
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
}

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
