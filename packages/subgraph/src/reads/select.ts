// The SQL of a read. Each text depends on the read and the column set only, never on how many keys there are.
import { quoteName } from '../store/statement.js';
import { columnOf, type Table } from '../store/table.js';
import { readStatement, type ReadStatement } from '../store/with-snapshot.js';
import type { ColumnSet } from './columns.js';
import type { KeyCodec } from './key.js';
import type { ReadDefinition } from './read.js';

const statements = new WeakMap<ReadDefinition, WeakMap<ColumnSet, ReadStatement>>();

/** The statement of a read for a column set, made once. */
export function statementFor(
  table: Table,
  read: ReadDefinition,
  columns: ColumnSet,
  codec: KeyCodec,
): ReadStatement {
  let ofRead = statements.get(read);
  if (ofRead === undefined) statements.set(read, (ofRead = new WeakMap()));
  let made = ofRead.get(columns);
  if (made === undefined) {
    made =
      read.kind === 'aggregate'
        ? selectAggregates(table, read, codec)
        : selectByKeys(table, read, columns, codec);
    ofRead.set(columns, made);
  }
  return made;
}

/** `SELECT … WHERE key = ANY($1)`: the rows of all keys, in no order among keys, in the read's order within one. */
function selectByKeys(
  table: Table,
  read: ReadDefinition,
  columns: ColumnSet,
  codec: KeyCodec,
): ReadStatement {
  const properties = withKey(read, columns);
  const text = `SELECT ${selectList(table, properties)} FROM ${table.sql} t ${keyMatch(table, read, codec)}${orderBy(table, read.order)}`;
  return readStatement(text, properties);
}

/** `SELECT key, aggregates … GROUP BY key`. */
function selectAggregates(table: Table, read: ReadDefinition, codec: KeyCodec): ReadStatement {
  const keys = read.key.map((property) => `t.${columnOf(table, property).sql}`);
  const named = read.key.map((property, index) => `${keys[index] ?? ''} AS ${quoteName(property)}`);
  const values = Object.entries(read.aggregates).map(
    ([name, expression]) => `${expression} AS ${quoteName(name)}`,
  );
  const text = `SELECT ${[...named, ...values].join(', ')} FROM ${table.sql} t ${keyMatch(table, read, codec)} GROUP BY ${keys.join(', ')}`;
  return readStatement(text, [...read.key, ...Object.keys(read.aggregates)]);
}

/** The parameters that go after the keys: the values of the read's constant `where`; a null has none. */
export function constantValues(table: Table, read: ReadDefinition): unknown[] {
  return read.where.flatMap(([property, value]) => {
    const { toStore } = columnOf(table, property);
    return value === null ? [] : [toStore === null ? value : toStore(value)];
  });
}

/** `t."author_id" AS "authorId", …` */
function selectList(table: Table, properties: readonly string[]): string {
  return properties
    .map((property) => `t.${columnOf(table, property).sql} AS ${quoteName(property)}`)
    .join(', ');
}

/** `t."hidden" = $n`, or `IS NULL`, for each constant of the read, counting on from `offset` parameters. */
export function constantConditions(table: Table, read: ReadDefinition, offset: number): string[] {
  let parameter = offset;
  return read.where.map(([property, value]) => {
    const { sql } = columnOf(table, property);
    return value === null ? `t.${sql} IS NULL` : `t.${sql} = $${(parameter += 1)}`;
  });
}

/** ` ORDER BY …`, or nothing for a read without an order. */
export function orderBy(table: Table, order: ReadDefinition['order']): string {
  if (order.length === 0) return '';
  return ` ORDER BY ${order.map(([property, direction]) => `t.${columnOf(table, property).sql} ${direction}`).join(', ')}`;
}

/** The column set's properties and the key, which puts the rows back to their keys. */
function withKey(read: ReadDefinition, columns: ColumnSet): readonly string[] {
  const missing = read.key.filter((property) => !columns.properties.includes(property));
  return missing.length === 0 ? columns.properties : [...missing, ...columns.properties];
}

/** A single key is a plain `= ANY`; a composite one joins the keys unnested side by side, which keeps the text constant too. */
function keyMatch(table: Table, read: ReadDefinition, codec: KeyCodec): string {
  const conditions = constantConditions(table, read, codec.casts.length);
  if (read.key.length === 0) return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const [only] = read.key;
  if (read.key.length === 1 && only !== undefined) {
    return `WHERE ${[`t.${columnOf(table, only).sql} = ANY(${codec.casts[0] ?? ''})`, ...conditions].join(' AND ')}`;
  }
  return `JOIN ${unnestedKeys(codec)} AS k(${keyNames(read).join(', ')}) ON ${[...keyEqualities(table, read), ...conditions].join(' AND ')}`;
}

/** `unnest($1::text[], $2::integer[])`: the keys as rows. */
export function unnestedKeys(codec: KeyCodec): string {
  return `unnest(${codec.casts.join(', ')})`;
}

/** The columns of the unnested keys. */
export function keyNames(read: ReadDefinition): readonly string[] {
  return read.key.map((_, index) => `k${index}`);
}

/** `t."branch" = k.k0` for each column of the key. */
export function keyEqualities(table: Table, read: ReadDefinition): readonly string[] {
  return read.key.map((property, index) => `t.${columnOf(table, property).sql} = k.k${index}`);
}
