// From the keys that one tick asks for to their rows: one statement, rows put back in key order, and a key that cannot be
// one fails alone. The rows of a batch carry the union of the columns that its members asked for.
import { passOrigins } from '../caching/statement-origin.js';
import type { RawRow } from '../store/statement.js';
import type { StoreReads } from '../store/store.js';
import { columnOf, type Table } from '../store/table.js';
import { unionOf, type ColumnSet } from './columns.js';
import { keyCodec, type CanonicalKey, type KeyCodec } from './key.js';
import type { ReadDefinition } from './read.js';
import { constantValues, statementFor } from './select.js';

/** The keys that one caller asks for at once, and the columns that it needs of them. */
export interface KeysRequest {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  readonly columns: ColumnSet;
}

/** What each key of a request came to: a row or null, a list of rows, or an error of this key alone. */
export type KeyResults = readonly (RawRow | RawRow[] | Error | null)[];

/** A batch's statement and the places where its answers go. */
interface Gathered {
  readonly unique: CanonicalKey[];
  /** For each request, for each key, the index into `unique`; -1 for a key with a null in it; or the key's own error. */
  readonly places: (number | Error)[][];
}

export async function readBatch(
  store: StoreReads,
  read: ReadDefinition,
  requests: readonly KeysRequest[],
): Promise<KeyResults[]> {
  const table = store.table(read.entity);
  const codec = codecOf(table, read);
  const { unique, places } = gather(codec, requests);
  const absent = read.kind === 'many' ? (): RawRow[] => [] : (): null => null;
  if (unique.length === 0)
    return places.map((row) => row.map((place) => (place instanceof Error ? place : absent())));
  const columns = unionOf(
    table,
    requests.map((request) => request.columns),
  );
  const rows = await store.query(statementFor(table, read, columns, codec), [
    ...codec.parameters(unique),
    ...constantValues(table, read),
  ]);
  const results = place(read, codec, unique, decode(table, columns, rows));
  return places.map((request) => {
    const own = request.map((index) =>
      index instanceof Error ? index : index < 0 ? absent() : (results[index] ?? absent()),
    );
    passOrigins(own, rows);
    return own;
  });
}

const codecs = new WeakMap<ReadDefinition, KeyCodec>();

export function codecOf(table: Table, read: ReadDefinition): KeyCodec {
  let codec = codecs.get(read);
  if (codec === undefined) codecs.set(read, (codec = keyCodec(table, read)));
  return codec;
}

function gather(codec: KeyCodec, requests: readonly KeysRequest[]): Gathered {
  const indexOf = new Map<string, number>();
  const unique: CanonicalKey[] = [];
  const placeOf = (key: Readonly<Record<string, unknown>>): number | Error => {
    try {
      const canonical = codec.encode(key);
      if (canonical === null) return -1;
      const identity = codec.identity(canonical);
      let index = indexOf.get(identity);
      if (index === undefined) {
        index = unique.push(canonical) - 1;
        indexOf.set(identity, index);
      }
      return index;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  };
  return { places: requests.map((request) => request.keys.map(placeOf)), unique };
}

/** Rows in the order of their keys: the statement gives them in any. */
function place(
  read: ReadDefinition,
  codec: KeyCodec,
  keys: readonly CanonicalKey[],
  rows: RawRow[],
): (RawRow | RawRow[] | undefined)[] {
  const byKey = new Map<string, RawRow | RawRow[]>();
  for (const row of rows) {
    const identity = codec.identityOfRow(row);
    if (read.kind !== 'many') {
      byKey.set(identity, row);
      continue;
    }
    const siblings = byKey.get(identity);
    if (Array.isArray(siblings)) siblings.push(row);
    else byKey.set(identity, [row]);
  }
  return keys.map((key) => byKey.get(codec.identity(key)));
}

/** Applies the columns' transformers, and the entity's prototype where a getter was selected; most rows pass untouched. */
export function decode(table: Table, columns: ColumnSet, rows: RawRow[]): RawRow[] {
  const transformed = columns.properties
    .map((property) => columnOf(table, property))
    .filter((column) => column.fromStore !== null);
  if (transformed.length === 0 && !columns.hydrate) return rows;
  return rows.map((row) => {
    const decoded: Record<string, unknown> = { ...row };
    for (const { property, fromStore } of transformed) decoded[property] = fromStore?.(row[property]);
    return columns.hydrate ? Object.assign(Object.create(table.prototype) as object, decoded) : decoded;
  });
}
