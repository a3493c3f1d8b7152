/** How evidence, records and values are written in Redis. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Evidence, StoreState, TagRecord } from '../contract.js';

/** `nonce, count, cluster, snapshot, fetchedAt, expiresAt, staleUntil, tags`, as the scripts read it; null is the empty text. */
type EvidenceParts = readonly [string, number, string, string, number, number, number, readonly string[]];

export function encodeEvidence(evidence: Evidence): string {
  const { nonce, count, cluster, snapshot, fetchedAt, expiresAt, staleUntil, tags } = evidence;
  const parts: EvidenceParts = [
    nonce,
    count,
    cluster ?? '',
    snapshot ?? '',
    fetchedAt,
    expiresAt,
    staleUntil,
    tags.map(wellFormed),
  ];
  return JSON.stringify(parts);
}

export function decodeEvidence(text: string): Evidence {
  const [nonce, count, cluster, snapshot, fetchedAt, expiresAt, staleUntil, tags] = JSON.parse(
    text,
  ) as EvidenceParts;
  return {
    nonce,
    count,
    cluster: textOrNull(cluster),
    snapshot: textOrNull(snapshot),
    fetchedAt,
    expiresAt,
    staleUntil,
    tags,
  };
}

/** A text as it comes back from Redis, which keeps UTF-8: half a surrogate pair becomes U+FFFD. */
export function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? Buffer.from(text).toString() : text;
}

export type StateReply = readonly [
  nonce: string,
  count: number,
  since: number,
  cluster: string,
  bypassed: number,
];

export function decodeState([nonce, count, since, cluster, bypassed]: StateReply): StoreState {
  return { nonce, count, since, cluster: textOrNull(cluster), isBypassed: bypassed === 1 };
}

/**
 * `nonce|born|count:xid,…`. What entries from before `since` would need is left out: they are misses without it, and later ones have
 * read those writes.
 */
export function decodeRecord(text: string | null, since: number): TagRecord | null {
  if (text === null) return null;
  const [nonce = '', born = '', fences = ''] = text.split('|');
  if (fences === '') return { nonce, born: Number(born), xids: [] };
  const xids: string[] = [];
  for (const fence of fences.split(',')) {
    const [count = '', xid = ''] = fence.split(':');
    if (Number(count) > since) xids.push(xid);
  }
  return { nonce, born: Number(born), xids };
}

/** Bytes of JSON from which on it is compressed. */
const compressedFrom = 1024;
const plain = 0x6a; // j
const deflated = 0x64; // d
const plainMark = Buffer.of(plain);
const deflatedMark = Buffer.of(deflated);

/** Decides by what is saved: what does not get a quarter smaller stays as it is. */
export function encodeValue(json: string): string | Buffer {
  if (json.length < compressedFrom) return `j${json}`;
  const bytes = Buffer.from(json);
  const smaller = deflateRawSync(bytes, { level: 1 });
  return smaller.length < bytes.length * 0.75
    ? Buffer.concat([deflatedMark, smaller])
    : Buffer.concat([plainMark, bytes]);
}

export interface EncodedField {
  /** Which fill of the entry it came with. */
  readonly fill: string;
  readonly value: string;
}

const colon = 0x3a;

/** @param bytes `<fill>:j<JSON>` or `<fill>:d<deflated JSON>` */
export function decodeField(bytes: Buffer): EncodedField | null {
  const at = bytes.indexOf(colon);
  const mark = bytes[at + 1];
  if (at === -1 || (mark !== plain && mark !== deflated)) return null;
  const fill = bytes.toString('latin1', 0, at);
  if (mark === plain) return { fill, value: bytes.toString('utf8', at + 2) };
  return { fill, value: inflateRawSync(bytes.subarray(at + 2)).toString() };
}

function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}
