/** How evidence, records and values are written in Redis. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Evidence, StoredField, StoreState, TagRecord } from '../contract.js';
import { isOfSameField, withOthers } from '../field-name.js';

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

/**
 * Characters of JSON from which on it is compressed. Measured on rows of JSON (deflate, inflate in microseconds of CPU): 1 kB gets
 * 296 bytes (44, 11), 2 kB 472 (30, 11), 4 kB 808 (37, 16), 64 kB 11 kB (286, 163). From 2 kB on, what is saved takes longer on a
 * wire of 1 Gbit/s than to inflate it; below, a read of 100 entities would pay a millisecond.
 */
const compressedFrom = 2048;

export function encodeFill(fields: ReadonlyMap<string, string>, evidence: Evidence): EncodedFill {
  const { nonce, count, cluster, snapshot, fetchedAt, expiresAt, staleUntil } = evidence;
  const names = JSON.stringify([...fields.keys()]);
  const tags = evidence.tags.map(storedTag).join('\n');
  const circumstances: Circumstances = [cluster, snapshot, fetchedAt, expiresAt, staleUntil];
  const values = [...fields.values()];
  const lengths = values.map((value) => value.length).join();
  const joined = values.join('');
  const deflated = joined.length < compressedFrom ? null : deflate(joined);
  const about = `${JSON.stringify(circumstances)}\n${lengths}\n`;
  const bodyBytes = 1 + Buffer.byteLength(about) + (deflated?.length ?? Buffer.byteLength(joined));
  const head = `${nonce} ${count} ${Buffer.byteLength(names)} ${Buffer.byteLength(tags)} ${bodyBytes}\n${names}${tags}`;
  if (deflated !== null)
    return { names, text: Buffer.concat([Buffer.from(head + deflatedMark + about), deflated]) };
  const text = head + asciiMark + about + joined;
  const isAscii = Buffer.byteLength(text) === text.length;
  return { names, text: isAscii ? text : head + utf8Mark + about + joined };
}

/** Null where it does not get a quarter smaller. */
function deflate(json: string): Buffer | null {
  const bytes = Buffer.from(json);
  const smaller = deflateRawSync(bytes, { level: 1 });
  return smaller.length < bytes.length * 0.75 ? smaller : null;
}

/** Before the body. Where all is ASCII, places in bytes are places in the text. */
const asciiMark = 'a';
const utf8Mark = 'u';
const deflatedMark = 'd';

/** What an entry has of the fields that are wanted, of the newest fill that has it; null: it has it not. */
export function decodeEntry(entry: Buffer, wanted: readonly string[]): (StoredField | null)[] {
  const found = new Array<StoredField | null>(wanted.length).fill(null);
  const others = new Map<number, StoredField[]>();
  // One character a byte: all parts are slices of it.
  const bytes = entry.toString('latin1');
  let at = bytes.indexOf(' ') + 1;
  for (let lacking = wanted.length; at < bytes.length && lacking > 0;) {
    const fill = headOf(entry, bytes, at);
    const places = placesOf(wanted, fill.names);
    let body: FillBody | null = null;
    for (let index = 0; index < places.own.length; index += 1) {
      const place = places.own[index] ?? -1;
      if (place === -1 || found[index] !== null) continue;
      body ??= bodyOf(entry, bytes, fill);
      found[index] = { value: body.values[place] ?? '', evidence: body.evidence };
      lacking -= 1;
    }
    const newer = places.others.filter(({ index }) => found[index] === null);
    if (newer.length > 0) {
      body ??= bodyOf(entry, bytes, fill);
      addOthers(others, newer, body);
    }
    at = fill.end;
  }
  for (const [index, newer] of others) found[index] = withOthers(found[index] ?? null, newer);
  return found;
}

function addOthers(
  others: Map<number, StoredField[]>,
  places: Places['others'],
  { values, evidence }: FillBody,
): void {
  for (const { index, place } of places) {
    const known = others.get(index) ?? [];
    known.push({ value: values[place] ?? '', evidence });
    others.set(index, known);
  }
}

interface FillHead {
  readonly nonce: string;
  readonly count: number;
  readonly names: readonly string[];
  readonly mark: string;
  /** Where they begin, in bytes. */
  readonly tags: number;
  readonly body: number;
  readonly end: number;
}

interface FillBody {
  readonly evidence: Evidence;
  readonly values: readonly string[];
}

function headOf(entry: Buffer, bytes: string, at: number): FillHead {
  const lineEnd = bytes.indexOf('\n', at);
  const [nonce = '', count, nameBytes, tagBytes, bodyBytes] = bytes.slice(at, lineEnd).split(' ');
  const tags = lineEnd + 1 + Number(nameBytes);
  const body = tags + Number(tagBytes);
  const mark = bytes.charAt(body);
  const names = parsedNames.of(textOf(entry, bytes, mark, lineEnd + 1, tags));
  return { nonce, count: Number(count), names, mark, tags, body, end: body + Number(bodyBytes) };
}

function bodyOf(entry: Buffer, bytes: string, { nonce, count, mark, tags, body, end }: FillHead): FillBody {
  const aboutEnd = bytes.indexOf('\n', body);
  const lengthsEnd = bytes.indexOf('\n', aboutEnd + 1);
  const about = textOf(entry, bytes, mark, body + 1, aboutEnd);
  const [cluster, snapshot, fetchedAt, expiresAt, staleUntil] = parsedCircumstances.of(about);
  const joined =
    mark === deflatedMark
      ? inflateRawSync(entry.subarray(lengthsEnd + 1, end)).toString()
      : textOf(entry, bytes, mark, lengthsEnd + 1, end);
  const values: string[] = [];
  let from = 0;
  for (const text of bytes.slice(aboutEnd + 1, lengthsEnd).split(',')) {
    const to = from + Number(text);
    values.push(joined.slice(from, to));
    from = to;
  }
  const names = tags === body ? [] : textOf(entry, bytes, mark, tags, body).split('\n');
  return {
    evidence: { nonce, count, cluster, snapshot, tags: names, fetchedAt, expiresAt, staleUntil },
    values,
  };
}

function textOf(entry: Buffer, bytes: string, mark: string, from: number, to: number): string {
  return mark === asciiMark ? bytes.slice(from, to) : entry.toString('utf8', from, to);
}

let lastWanted: readonly string[] = [];
let lastNames: readonly string[] = [];
let lastPlaces: Places = { own: [], others: [] };

interface Places {
  /** Of each wanted field among a fill's; -1: it is not there. */
  readonly own: readonly number[];
  /** Of the same fields with other selections, by the index of what is wanted. */
  readonly others: readonly { readonly index: number; readonly place: number }[];
}

/** The entries of one request mostly want the same and have the same. */
function placesOf(wanted: readonly string[], names: readonly string[]): Places {
  if (wanted !== lastWanted || names !== lastNames) {
    const own = wanted.map((name) => names.indexOf(name));
    const others = wanted.flatMap((name, index) =>
      names.flatMap((other, place) => (isOfSameField(other, name) ? [{ index, place }] : [])),
    );
    lastPlaces = { own, others };
    [lastWanted, lastNames] = [wanted, names];
  }
  return lastPlaces;
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
