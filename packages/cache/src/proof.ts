/**
 * Whether an entry may be served: the one place where that is decided. The state and the records must have been read after the
 * request arrived. Nothing here asks a clock or a backend, so that it can be tested against every order of events.
 *
 * Shortcut for callers: as long as a store's nonce and count are those under which an entry was proven, it still is, since no
 * invalidation came in between; then only `isBypassed` and `lifeOf` need be looked at.
 */
import type { Evidence, StoreState, TagRecord } from './contract.js';
import { parseSnapshot, sees, type Snapshot } from './snapshot.js';

/** Why an entry is a miss, for a developer. */
export type Doubt =
  | 'the outcome of a write is unknown'
  | 'the store was lost'
  | 'the store was invalidated'
  | 'another database cluster'
  | 'expired'
  | `the tag ${string} was lost`
  | `the tag ${string} was invalidated`;

/** Fresh: may be served. Stale: may be served while a newer one is fetched. */
export type Life = 'fresh' | 'stale' | 'over';

/** @param now milliseconds since 1970 */
export function lifeOf(evidence: Evidence, now: number): Life {
  if (now < evidence.expiresAt) return 'fresh';
  return now < evidence.staleUntil ? 'stale' : 'over';
}

/** Whether the entry may be served; whether as a fresh or a stale one, says `lifeOf`. */
export function isProven(
  evidence: Evidence,
  state: StoreState,
  records: ReadonlyMap<string, TagRecord | null>,
  now: number,
): boolean {
  return doubtOf(evidence, state, records, now) === null;
}

/**
 * @param records at least of all tags of the evidence, where the store's count has moved since; one that is not in it counts as lost
 * @returns why the entry may not be served; null: it is proven
 */
export function doubtOf(
  evidence: Evidence,
  state: StoreState,
  records: ReadonlyMap<string, TagRecord | null>,
  now: number,
): Doubt | null {
  const doubt = doubtOfStore(evidence, state);
  if (doubt !== null) return doubt;
  if (lifeOf(evidence, now) === 'over') return 'expired';
  // Nothing was invalidated since its fetch was sent; backends leave out the records then.
  if (evidence.count === state.count) return null;
  for (const tag of evidence.tags) {
    const record = records.get(tag);
    if (record?.nonce !== state.nonce) return `the tag ${tag} was lost`;
    if (record.born > evidence.count || !seesAll(evidence.snapshot, record.xids))
      return `the tag ${tag} was invalidated`;
  }
  return null;
}

function doubtOfStore(evidence: Evidence, state: StoreState): Doubt | null {
  if (state.isBypassed) return 'the outcome of a write is unknown';
  // A count from the future tells of a record that went back in time, which no nonce would show.
  if (evidence.nonce !== state.nonce || evidence.count > state.count) return 'the store was lost';
  if (evidence.count < state.since) return 'the store was invalidated';
  return evidence.cluster === state.cluster ? null : 'another database cluster';
}

function seesAll(snapshot: string | null, xids: readonly string[]): boolean {
  if (xids.length === 0) return true;
  if (snapshot === null) return false;
  const parsed = parsedOnce(snapshot);
  return parsed !== null && xids.every((xid) => sees(parsed, BigInt(xid)));
}

// The entries of one answer mostly have one snapshot between them.
let lastText = '';
let lastParsed: Snapshot | null = null;

/** Null: it is no snapshot, and nothing is visible in it. */
function parsedOnce(text: string): Snapshot | null {
  if (text !== lastText) {
    lastText = text;
    try {
      lastParsed = parseSnapshot(text);
    } catch {
      lastParsed = null;
    }
  }
  return lastParsed;
}
