/**
 * What a subgraph says of its answer for caching, as it came off the wire. Whatever is not as agreed is read as nothing said,
 * and so keeps nothing: a subgraph that is wrong about it must not make the router wrong.
 */
import type { AnswerOrigin, CacheExtension, CommittedWrites } from '@selvedge/cache';

/** @returns null where there is none */
export function readCacheExtension(value: unknown): CacheExtension | null {
  if (value === undefined || value === null) return null;
  if (!isRecord(value)) return nothingSaid;
  const { cluster = null } = value;
  if (!isTextOrNull(cluster)) return nothingSaid;
  const answer = readAnswer(value['answer']);
  const writes = readWrites(value['writes']);
  return { cluster, ...(answer !== null && { answer }), ...(writes !== null && { writes }) };
}

const nothingSaid: CacheExtension = { cluster: null };

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

function readWrites(value: unknown): CommittedWrites | null {
  if (!isRecord(value)) return null;
  const { xids, tags } = value;
  return isTexts(xids) && isTexts(tags) ? { xids, tags } : null;
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
