/**
 * What the cache tells of itself while it serves one request: it is counted, and in development the answer has it in a
 * header. Whoever looks parts up calls it; nobody's behaviour depends on it.
 */

/** Why something was not served from the cache; few, since they become labels of metrics. */
export type MissReason =
  /** Never stored, or evicted. */
  | 'absent'
  | 'expired'
  /** Something was written to it since. */
  | 'fenced'
  /** Nothing shows that nothing was: a record was lost, or made anew. */
  | 'unproven'
  /** A write of unknown outcome is about. */
  | 'bypassed'
  /** The cache could not be asked in time. */
  | 'unavailable';

/** Why something fetched must not be kept; few, since they become labels of metrics. */
export type RefusalReason =
  /** No lifetime, or 0. */
  | 'no-lifetime'
  /** The subgraph says why in words. */
  | 'subgraph'
  | 'error'
  /** Private without a name of what it is private by. */
  | 'private'
  /** It has been shaped by something of one request. */
  | 'one-request'
  /** A foreign subgraph has not said which headers shaped it. */
  | 'vary'
  | 'cookie'
  | 'too-large'
  | 'follows-mutation'
  | 'switched-off';

/** What a look-up or a refusal is about. */
export interface CachedPart {
  readonly subgraph: string;
  /** `answer`: all of it, in this process. */
  readonly kind: 'entity' | 'root' | 'answer';
  /** The entities' type or the root fields' names, for a developer to read; empty for a whole answer. */
  readonly name: string;
}

/** What came of looking up a part; entities are counted each, and whatever else is one. */
export interface LookUp {
  readonly hits: number;
  /** Of which some fields were there. */
  readonly partialHits: number;
  readonly misses: number;
  /** Of what was missing, the first; null: nothing was. */
  readonly reason: MissReason | null;
  /** How many of the hits were of this process, validated in Redis. */
  readonly fromMemory?: number;
  /** How many of the hits were expired and are being fetched anew. */
  readonly stale?: number;
}

export interface CacheObserver {
  lookedUp(part: CachedPart, lookUp: LookUp): void;
  /** Something was fetched that must not be kept. @param detail for a developer */
  notCacheable(part: CachedPart, reason: RefusalReason, detail?: string): void;
  /** @param bytes of its JSON */
  stored(part: CachedPart, count: number, bytes: number): void;
  /** What was to be kept was not: it could not have been served any more. */
  fillRefused(part: CachedPart, count: number): void;
}

/** Where nobody wants to know. */
export const noCacheObserver: CacheObserver = {
  lookedUp: () => undefined,
  notCacheable: () => undefined,
  stored: () => undefined,
  fillRefused: () => undefined,
};
