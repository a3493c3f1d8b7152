/**
 * Entity tags (RFC 9110, 8.8.3) of answers, which are strong: equal bytes have equal tags, on every router. An answer in a
 * content coding is other bytes, and so has another tag; of the two media types, which differ in nothing else, it is the same.
 */
import type { ContentCoding } from './compress.js';

/** @param hash of the answer's bytes. @param coding that the client is sent, if it gets the answer; `null`: none */
export function entityTag(hash: string, coding: ContentCoding | null): string {
  return coding === null ? `"${hash}"` : `"${hash}-${coding}"`;
}

/**
 * Whether the client has the answer already (RFC 9110, 13.1.2): by the weak comparison, which takes no heed of `W/`.
 *
 * @param ifNoneMatch its header
 */
export function isMatched(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  for (const [, listed] of ifNoneMatch.matchAll(entityTags)) if (listed === tag) return true;
  return false;
}

/** What may stand between the quotes is anything but quotes, spaces and control characters; commas too. */
const entityTags = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;
