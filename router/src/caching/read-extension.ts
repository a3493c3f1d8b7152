/**
 * What a subgraph says of its answer for caching, as it came off the wire. Whatever is not as agreed is read as the worst that it
 * may mean: nothing of the answer is kept, and a write has changed everything. A subgraph that is wrong about it must not make
 * the router wrong.
 */
import type { AnswerOrigin, CacheExtension, CommittedWrites } from '@selvedge/cache';

/** @returns null where there is none */
export function readCacheExtension(value: unknown): CacheExtension | null {
  if (value === undefined || value === null) return null;
  if (!isRecord(value)) return { cluster: null, writes: everything };
  const { cluster = null, answer, writes } = value;
  const isKnown = isTextOrNull(cluster);
  const read = isKnown ? readAnswer(answer) : null;
  return {
    cluster: isKnown ? cluster : null,
    ...(read !== null && { answer: read }),
    ...(writes !== undefined && writes !== null && { writes: readWrites(writes) }),
  };
}

const everything: CommittedWrites = { xids: [], tags: ['*'] };

function readAnswer(value: unknown): AnswerOrigin | null {
  if (!isRecord(value)) return null;
  const { maxAge, isPrivate, staleness, snapshot, tags, entityTags, headers, claims, refusal } = value;
  const isAsAgreed =
    isSeconds(maxAge) &&
    typeof isPrivate === 'boolean' &&
    isSeconds(staleness) &&
    isTextOrNull(snapshot) &&
    isTexts(tags) &&
    isTexts(headers) &&
    isTexts(claims) &&
    isTextOrNull(refusal) &&
    (entityTags === undefined || (Array.isArray(entityTags) && entityTags.every(isTexts)));
  return isAsAgreed ? (value as unknown as AnswerOrigin) : null;
}

function readWrites(value: unknown): CommittedWrites {
  if (!isRecord(value)) return everything;
  const { xids, tags } = value;
  return isTexts(xids) && xids.every(isTransaction) && isTexts(tags) ? { xids, tags } : everything;
}

function isTransaction(text: string): boolean {
  return /^\d{1,20}$/.test(text);
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
