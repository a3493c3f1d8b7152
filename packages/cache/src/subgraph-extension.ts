/**
 * What a subgraph that is built on the kit tells the router, beside `data`, of how its answer came about. It is asked for by a
 * header, comes once for each operation, and never leaves the router.
 */

/** The request header that asks for it; its value is the version of what follows. */
export const cacheRequestHeader = 'x-selvedge-cache';
export const cacheRequestVersion = '1';

/**
 * The request header of a mutation that says by when all of it has to be over: milliseconds since 1970, on the clock of its sender,
 * with what that grants for clocks that differ.
 */
export const writeUntilHeader = 'x-selvedge-write-until';

/** Its name among the `extensions` of a response. */
export const cacheExtensionName = 'selvedgeCache';

export interface CacheExtension {
  /** `system identifier/timeline` of the store's PostgreSQL cluster; null where it could not be told. */
  readonly cluster: string | null;
  /** Of a query: whether and how it may be kept. */
  readonly answer?: AnswerOrigin;
  /** Of whatever wrote. */
  readonly writes?: CommittedWrites;
}

export interface AnswerOrigin {
  /** Seconds; 0: not to be kept. */
  readonly maxAge: number;
  readonly isPrivate: boolean;
  /** Seconds for which it may be served without being proven (`@mayBeStale`); 0 unless the schema grants it. */
  readonly staleness: number;
  /** Joined over all statements; null: nothing was read from the store. */
  readonly snapshot: string | null;
  /** Tags of what cannot be told apart by representation, or of the whole operation where it has none. */
  readonly tags: readonly string[];
  /** By index of representation: tags of it alone. */
  readonly entityTags?: readonly (readonly string[])[];
  /** Names of the request headers that shaped it, in lower case, whether they were there or not. */
  readonly headers: readonly string[];
  /** Names of the token's claims that shaped it. */
  readonly claims: readonly string[];
  /** Why it must not be stored, in a few words for a developer; null: it may. */
  readonly refusal: string | null;
}

export interface CommittedWrites {
  /** Top-level `xid8`s of the committed transactions. */
  readonly xids: readonly string[];
  /** What the outbox holds for them. */
  readonly tags: readonly string[];
}
