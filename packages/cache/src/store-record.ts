/**
 * The records of a store and of its tags, and how invalidations change them: what `redis/scripts` do in Redis, for the in-process
 * backend. Both are held to the same contract suite.
 */
import type { IntentTimes, StoreState, TagRecord, Write } from './contract.js';

/** So many transaction ids of a tag are told apart; fences of older ones fold into `born`. */
export const fencesKept = 8;

/** Of a loss: an intent of nobody, for those that may have been in the record that was lost. */
const lostIntents = '';

interface Intent {
  readonly suspectAt: number;
  readonly overAt: number;
}

export interface StoreRecord {
  readonly nonce: string;
  count: number;
  since: number;
  cluster: string | null;
  readonly intents: Map<string, Intent>;
  /** Milliseconds since 1970; null: nobody has ever vouched for it. */
  vouchedUntil: number | null;
}

/**
 * A mutation may be under way whose intent was in the record that is replaced: what is fetched while it may still commit is a miss
 * once that time is over.
 */
export function newStoreRecord(nonce: string, now: number, longestIntent: number): StoreRecord {
  const overAt = now + longestIntent;
  const intents = new Map([[lostIntents, { suspectAt: overAt, overAt }]]);
  return { nonce, count: 1, since: 1, cluster: null, intents, vouchedUntil: null };
}

/** Carries out what time has brought about since the record was last looked at. */
export function stateAt(record: StoreRecord, now: number): StoreState {
  let isBypassed = record.vouchedUntil !== null && record.vouchedUntil <= now;
  let areOver = false;
  for (const [id, intent] of record.intents) {
    if (intent.overAt <= now) {
      record.intents.delete(id);
      areOver = true;
    } else if (intent.suspectAt <= now) isBypassed = true;
  }
  if (areOver) invalidateStore(record);
  const { nonce, count, since, cluster } = record;
  return { nonce, count, since, cluster, isBypassed };
}

export function intendIn(record: StoreRecord, id: string, times: IntentTimes, now: number): void {
  record.intents.set(id, { suspectAt: now + times.suspect, overAt: now + times.over });
}

/** An intent that was lost with an earlier record is over when the longest is. */
export function doubtIn(record: StoreRecord, id: string, now: number, longestIntent: number): void {
  const known = record.intents.get(id);
  record.intents.set(id, { suspectAt: now, overAt: known?.overAt ?? now + longestIntent });
}

/** What its cluster tells of a store, from an answer of it that is about to be stored. */
export function meetCluster(record: StoreRecord, cluster: string | null): void {
  if (cluster === null) return;
  if (record.cluster === null) record.cluster = cluster;
  else if (isLater(cluster, record.cluster)) {
    record.cluster = cluster;
    invalidateStore(record);
  }
}

/**
 * Raises the count; where there is nothing to fence, there is nothing to raise it for.
 *
 * @returns the transaction ids that can be compared with snapshots; the tags' records remain to be changed
 */
export function settleIn(record: StoreRecord, { cluster, xids, tags }: Write): readonly string[] {
  const differs = cluster !== null && record.cluster !== null && record.cluster !== cluster;
  if (tags.length > 0 || differs) record.count += 1;
  if (tags.includes('*') || differs) record.since = record.count;
  if (cluster === null || (differs && isLater(record.cluster ?? '', cluster))) return [];
  record.cluster = cluster;
  return xids;
}

function invalidateStore(record: StoreRecord): void {
  record.count += 1;
  record.since = record.count;
}

/** Of one system, after a promotion: what comes from an earlier timeline was cut off, and must not displace the later. */
function isLater(cluster: string, known: string): boolean {
  const [system, timeline] = cluster.split('/');
  const [knownSystem, knownTimeline] = known.split('/');
  return system === knownSystem && Number(timeline) > Number(knownTimeline);
}

interface Fence {
  /** Of the store, when the write was recorded. Whoever was sent since then has read it. */
  readonly count: number;
  readonly xid: string;
}

/** Of one tag. Immutable. */
export interface TagHistory {
  readonly nonce: string;
  readonly born: number;
  /** Oldest first; all after `born`. */
  readonly fences: readonly Fence[];
}

export function newTagHistory({ nonce, count }: StoreRecord): TagHistory {
  return { nonce, born: count, fences: [] };
}

/** @param xids none: whatever was sent before is a miss */
export function fence(history: TagHistory, count: number, xids: readonly string[]): TagHistory {
  if (xids.length === 0) return { nonce: history.nonce, born: count, fences: [] };
  const known = new Set(history.fences.map(({ xid }) => xid));
  const added = [...new Set(xids)].filter((xid) => !known.has(xid)).map((xid) => ({ count, xid }));
  const fences = [...history.fences, ...added];
  const dropped = fences.slice(0, -fencesKept).at(-1);
  if (dropped === undefined) return { ...history, fences };
  const born = dropped.count;
  return {
    nonce: history.nonce,
    born,
    fences: fences.slice(-fencesKept).filter((kept) => kept.count > born),
  };
}

/** What entries from before `since` would need is left out: they are misses without it, and later ones have read those writes. */
export function recordOf(history: TagHistory, since: number): TagRecord {
  const xids = history.fences.filter(({ count }) => count > since).map(({ xid }) => xid);
  return { nonce: history.nonce, born: history.born, xids };
}
