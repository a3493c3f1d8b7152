// Keys come from other services and from clients as JSON. Each value is checked and brought to the form in which
// PostgreSQL gives it back before it is sent, because one bad value in an array parameter fails the whole statement, and
// with it everybody else's keys.
import { ClientError } from '@selvedge/errors';
import { shown } from '../input/shown.js';
import { columnOf, type Table } from '../store/table.js';
import type { ReadDefinition } from './read.js';

/** A key in canonical form: one string a key column, as PostgreSQL prints it. */
export type CanonicalKey = readonly string[];

export interface KeyCodec {
  /** The canonical form; null where a part is null, which no row has; throws INVALID_KEY for what cannot be a key. */
  encode(key: Readonly<Record<string, unknown>>): CanonicalKey | null;
  /** The identity of a canonical key, for maps. */
  identity(key: CanonicalKey): string;
  /** The identity of the key that a row has. */
  identityOfRow(row: Readonly<Record<string, unknown>>): string;
  /** The statement's parameters: one array literal a key column. */
  parameters(keys: readonly CanonicalKey[]): string[];
  /** `$1::uuid[]` and so on. */
  readonly casts: readonly string[];
}

export function keyCodec(table: Table, read: Pick<ReadDefinition, 'key'>): KeyCodec {
  const parts = read.key.map((property) => {
    const { type, fromStore } = columnOf(table, property);
    if (fromStore !== null) {
      throw new TypeError(
        `expected the key ${table.entityName}.${property} to have no transformer: keys travel as stored`,
      );
    }
    return { property, type, canonical: canonicalFormOf(type, `${table.entityName}.${property}`) };
  });
  const [first] = parts;
  const isSingle = parts.length === 1;
  return {
    encode(key) {
      const canonical: string[] = [];
      for (const part of parts) {
        const value = key[part.property];
        if (value == null) return null;
        canonical.push(part.canonical(value));
      }
      return canonical;
    },
    identity: (key) => (isSingle ? (key[0] ?? '') : JSON.stringify(key)),
    identityOfRow: (row) =>
      isSingle && first !== undefined
        ? String(row[first.property])
        : JSON.stringify(parts.map((part) => String(row[part.property]))),
    parameters: (keys) => parts.map((part, index) => arrayLiteral(keys, index, isPlain(part.type))),
    casts: parts.map((part, index) => `$${index + 1}::${part.type}[]`),
  };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const integerPattern = /^-?\d{1,19}$/;
const integerRanges: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n,
  integer: 2n ** 31n,
  bigint: 2n ** 63n,
};

/** A function from a JSON value to the text that PostgreSQL prints for it. */
function canonicalFormOf(type: string, coordinate: string): (value: unknown) => string {
  const invalid = (expected: string, value: unknown): ClientError =>
    new ClientError('INVALID_KEY', `${coordinate}: expected ${expected} but got ${shown(value)}`);
  if (type === 'uuid') {
    return (value) => {
      if (typeof value !== 'string' || !uuidPattern.test(value)) throw invalid('a uuid', value);
      return value.toLowerCase();
    };
  }
  const range = integerRanges[type];
  if (range !== undefined) {
    const expected = `a whole number of type ${type}`;
    return (value) => {
      const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
      if (typeof text !== 'string' || !integerPattern.test(text)) throw invalid(expected, value);
      const number = BigInt(text);
      if (number >= range || number < -range) throw invalid(expected, value);
      return number.toString();
    };
  }
  if (type === 'text' || type === 'character varying') {
    return (value) => {
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string' || text.includes('\u0000')) throw invalid('a text without NUL', value);
      return text;
    };
  }
  throw new TypeError(
    `expected ${coordinate} to be uuid, text, smallint, integer or bigint, to serve as a key, but got ${type}`,
  );
}

/** Whether the values of the type need no quoting in an array literal. */
function isPlain(type: string): boolean {
  return type === 'uuid' || type in integerRanges;
}

/** One column of the keys as PostgreSQL's array literal; node-postgres would quote and escape every element of an array. */
function arrayLiteral(keys: readonly CanonicalKey[], index: number, plain: boolean): string {
  let literal = '{';
  for (let position = 0; position < keys.length; position += 1) {
    const value = keys[position]?.[index] ?? '';
    if (position > 0) literal += ',';
    literal += plain ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  }
  return `${literal}}`;
}
