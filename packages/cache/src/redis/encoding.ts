/** How evidence, records and values are written in Redis. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Evidence, StoredField, StoreState, TagRecord } from '../contract.js';

/** As the script `fill` reads it; null is the empty text. */
export function encodeEvidence(evidence: Evidence): string {
  const { nonce, count, cluster, snapshot, fetchedAt, expiresAt, staleUntil, tags } = evidence;
  return JSON.stringify([
    nonce,
    count,
    cluster ?? '',
    snapshot ?? '',
    fetchedAt,
    expiresAt,
    staleUntil,
    tags.map(storedTag),
  ]);
}

/** A tag as Redis has it: lines of UTF-8. Two that become one share a record, and are invalidated together. */
export function storedTag(tag: string): string {
  return /[\n\p{Surrogate}]/u.test(tag) ? Buffer.from(tag.replaceAll('\n', '\ufffd')).toString() : tag;
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

/** The script `shared` tells how fills are laid out. The values are the only part that may be compressed. */
export interface EncodedFill {
  /** JSON. */
  readonly names: string;
  readonly text: string | Buffer;
}

/** Cluster, snapshot, and when it was fetched, expires, and is stale no more: the same text for all entries of one fetch. */
type Circumstances = readonly [cluster: string | null, snapshot: string | null, number, number, number];

/** Characters of JSON from which on it is compressed. */
const compressedFrom = 1024;

export function encodeFill(fields: ReadonlyMap<string, string>, evidence: Evidence): EncodedFill {
  const { nonce, count, cluster, snapshot, fetchedAt, expiresAt, staleUntil } = evidence;
  const names = JSON.stringify([...fields.keys()]);
  const tags = evidence.tags.map(storedTag).join('\n');
  const circumstances: Circumstances = [cluster, snapshot, fetchedAt, expiresAt, staleUntil];
  const values = [...fields.values()];
  const lengths = values.map((value) => value.length).join();
  const joined = values.join('');
  const deflated = joined.length < compressedFrom ? null : deflate(joined);
  const about = `${deflated === null ? 'j' : 'd'}${JSON.stringify(circumstances)}\n${lengths}\n`;
  const bodyBytes = Buffer.byteLength(about) + (deflated?.length ?? Buffer.byteLength(joined));
  const head = `${nonce} ${count} ${Buffer.byteLength(names)} ${Buffer.byteLength(tags)} ${bodyBytes}\n${names}${tags}${about}`;
  return { names, text: deflated === null ? head + joined : Buffer.concat([Buffer.from(head), deflated]) };
}

/** Null where it does not get a quarter smaller. */
function deflate(json: string): Buffer | null {
  const bytes = Buffer.from(json);
  const smaller = deflateRawSync(bytes, { level: 1 });
  return smaller.length < bytes.length * 0.75 ? smaller : null;
}

const newline = 0x0a;
const space = 0x20;
const deflatedMark = 0x64; // d

/** What an entry has of the fields that are wanted, of the newest fill that has it; null: it has it not. */
export function decodeEntry(entry: Buffer, wanted: readonly string[]): (StoredField | null)[] {
  const found = wanted.map((): StoredField | null => null);
  let lacking = wanted.length;
  let at = entry.indexOf(space) + 1;
  while (at < entry.length && lacking > 0) {
    const fill = headOf(entry, at);
    const places = wanted.map((name, index) => (found[index] === null ? fill.names.indexOf(name) : -1));
    if (places.some((place) => place !== -1)) {
      const { evidence, values } = bodyOf(entry, fill);
      for (const [index, place] of places.entries()) {
        const value = values[place];
        if (value === undefined) continue;
        found[index] = { value, evidence };
        lacking -= 1;
      }
    }
    at = fill.end;
  }
  return found;
}

interface FillHead {
  readonly nonce: string;
  readonly count: number;
  readonly names: readonly string[];
  /** Where they begin, in bytes. */
  readonly tags: number;
  readonly body: number;
  readonly end: number;
}

function headOf(entry: Buffer, at: number): FillHead {
  const lineEnd = entry.indexOf(newline, at);
  const [nonce = '', count, names, tags, body] = entry.toString('latin1', at, lineEnd).split(' ');
  const firstTag = lineEnd + 1 + Number(names);
  const firstOfBody = firstTag + Number(tags);
  return {
    nonce,
    count: Number(count),
    names: parsedNames.of(entry.toString('utf8', lineEnd + 1, firstTag)),
    tags: firstTag,
    body: firstOfBody,
    end: firstOfBody + Number(body),
  };
}

function bodyOf(entry: Buffer, { nonce, count, tags, body, end }: FillHead) {
  const aboutEnd = entry.indexOf(newline, body);
  const lengthsEnd = entry.indexOf(newline, aboutEnd + 1);
  const [cluster, snapshot, fetchedAt, expiresAt, staleUntil] = parsedCircumstances.of(
    entry.toString('utf8', body + 1, aboutEnd),
  );
  const joined =
    entry[body] === deflatedMark
      ? inflateRawSync(entry.subarray(lengthsEnd + 1, end)).toString()
      : entry.toString('utf8', lengthsEnd + 1, end);
  const values: string[] = [];
  let from = 0;
  for (const length of entry.toString('latin1', aboutEnd + 1, lengthsEnd).split(',')) {
    values.push(joined.slice(from, from + Number(length)));
    from += Number(length);
  }
  const names = tags === body ? [] : entry.toString('utf8', tags, body).split('\n');
  const times = { fetchedAt, expiresAt, staleUntil };
  return { evidence: { nonce, count, cluster, snapshot, tags: names, ...times }, values };
}

/** Remembers the last text that was parsed: the entries of one fetch have most in common. */
class ParsedOnce<T> {
  #text = '';
  #value: T | undefined;

  of(text: string): T {
    if (this.#value === undefined || text !== this.#text) {
      this.#value = JSON.parse(text) as T;
      this.#text = text;
    }
    return this.#value;
  }
}

const parsedNames = new ParsedOnce<readonly string[]>();
const parsedCircumstances = new ParsedOnce<Circumstances>();

function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}
