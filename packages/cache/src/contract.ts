/**
 * Where cached parts of answers are kept, and what shows them to be new enough. Nothing here is trusted because it was not
 * deleted: whoever reads an entry gets with it what it takes to prove it (`proof.ts`), and serves it only if that holds.
 *
 * A **store** is the data of one subgraph. It has one record with a count that each invalidation raises, which is the
 * store's clock: an entry names the count that was read before its fetch was sent. A **tag** has a record that says since
 * which count it has been kept, and which writes came since. The record of a store that was lost is made anew with another
 * nonce, and that of a tag with the count of the day; entries from before are then proven by nothing, and are misses.
 */

/** The record of a store at one moment. */
export interface StoreState {
  /** Random; another one after the record was lost. Entries of another nonce are misses. */
  readonly nonce: string;
  /** How many invalidations there have been. */
  readonly count: number;
  /** Entries whose fetch was sent before this count are misses, whatever their tags. */
  readonly since: number;
  /** `system identifier/timeline` of the PostgreSQL cluster whose transaction ids the tags' fences are; null: not known yet. */
  readonly cluster: string | null;
  /** A write of unknown outcome is about, or nobody vouches for the store any more: nothing of it is served, and nothing stored. */
  readonly isBypassed: boolean;
}

/** The record of a tag; `null` in place of one: it was lost, or never made. */
export interface TagRecord {
  /** Of the store, when it was made. */
  readonly nonce: string;
  /** It has had every write to the tag since the store's count was this. */
  readonly born: number;
  /** Top-level transaction ids (`xid8`, decimal) of those writes. */
  readonly xids: readonly string[];
}

/** What an entry must be proven by. */
export interface Evidence {
  readonly nonce: string;
  /** The store's count, read before the fetch was sent. */
  readonly count: number;
  readonly cluster: string | null;
  /** `pg_current_snapshot()` of all statements, joined; null: the subgraph gave none, and only counts protect it. */
  readonly snapshot: string | null;
  readonly tags: readonly string[];
  /** Milliseconds since 1970, when it was fetched. */
  readonly fetchedAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Until when it may be served though expired, while a newer one is fetched; as `expiresAt` where it may not. */
  readonly staleUntil: number;
}

export interface EntryRequest {
  readonly key: string;
  /** Names of the fields that are wanted, by `fieldName`. */
  readonly fields: readonly string[];
}

/** A field of an entry as it was stored. */
export interface StoredField {
  /** JSON. */
  readonly value: string;
  readonly evidence: Evidence;
  /** Values of the same field with other selections, newest first; only where the one that is wanted is not there, or is older. */
  readonly others?: readonly StoredField[];
}

export interface ReadResult {
  readonly state: StoreState;
  /** For each request, for each field; null: not there. */
  readonly entries: readonly (readonly (StoredField | null)[])[];
  /** Of every tag that the entries name, but for entries since whose fetch nothing was invalidated: these need none. */
  readonly records: ReadonlyMap<string, TagRecord | null>;
  /**
   * For each request, whether the caller is the one to fill it; false: another is at it, or the caller claims nothing. Null: the
   * entry is there, and whether it lacks anything is for the caller to see, who then asks `claim`.
   */
  readonly claimed: readonly (boolean | null)[];
}

/** Who fills what is not there, so that not everybody does. */
export interface Claim {
  /** Of the caller, unique. */
  readonly id: string;
  /** For so long it is nobody else's. */
  readonly milliseconds: number;
}

export interface NewEntry {
  readonly key: string;
  /** JSON by name of field, as `fieldName` has it. */
  readonly fields: ReadonlyMap<string, string>;
  readonly evidence: Evidence;
}

/** What a write has changed. */
export interface Write {
  readonly cluster: string | null;
  /** Of the transactions; none: what is fetched before this is recorded is a miss. */
  readonly xids: readonly string[];
  /** `*`: everything of the store. */
  readonly tags: readonly string[];
}

/** Milliseconds from now, on the clock of whoever keeps the record. */
export interface IntentTimes {
  /** From then on the store is bypassed, until the intent is settled or over. */
  readonly suspect: number;
  /** No transaction of the write can commit any more: what was fetched before is a miss from then on. */
  readonly over: number;
}

/**
 * What the router keeps entries and records in. Every method rejects with a CacheUnavailable, within a bounded time, where it
 * cannot be carried out; then nothing is served from the cache. All that is given for one store is one round trip.
 */
export interface CacheBackend {
  /**
   * The stores' records, made where they are missing. One command for all who ask in a tick, or while
   * another such command is on its way; what was sent before the call is never its answer.
   */
  states(stores: readonly string[]): Promise<readonly StoreState[]>;
  /** In one round trip: entries, the records of their tags, the store's. @param claim null: the caller will fill nothing */
  read(store: string, requests: readonly EntryRequest[], claim: Claim | null): Promise<ReadResult>;
  /** The records of tags and their store, for entries that are at hand. As of `states`, one command for many. */
  records(
    store: string,
    tags: readonly string[],
  ): Promise<{ readonly state: StoreState; readonly records: ReadonlyMap<string, TagRecord | null> }>;
  /**
   * Stores what is proven at this moment: a tag without a record gets one, born at the present count. What could not be served
   * is not stored. Claims on the keys are taken back. @returns how many entries were stored
   */
  fill(store: string, entries: readonly NewEntry[]): Promise<number>;
  /** What is there, but not all that is wanted, or not proven. @returns for each key whether the caller is the one to fill it */
  claim(store: string, keys: readonly string[], claim: Claim): Promise<readonly boolean[]>;
  /** Nothing will come of these claims, which are the caller's. */
  abandon(store: string, keys: readonly string[], claim: string): Promise<void>;
  /** Before a mutation is sent. @param id unique */
  intend(store: string, id: string, times: IntentTimes): Promise<void>;
  /** Raises the count and fences the tags, and takes the intent back, at once. May be repeated. Without tags the count stays. */
  settle(store: string, write: Write, intent: string | null): Promise<void>;
  /** The write's outcome will not be known: bypass the store from now until the intent is over. */
  doubt(store: string, intent: string): Promise<void>;
  /**
   * For so many milliseconds whoever delivers the store's outbox says that all is settled that was committed in it. Past that the store
   * is bypassed, until it is said again; one that it has never been said of is not.
   */
  vouch(store: string, milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** The cache cannot be asked: Redis is away, slow or refuses. */
export class CacheUnavailable extends Error {
  override readonly name = 'CacheUnavailable';
}
