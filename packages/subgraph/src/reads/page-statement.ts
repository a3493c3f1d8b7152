// The SQL of a page: a LATERAL subquery a parent, each `LIMIT n + 1`, so that a page costs what it shows, however far down
// the list it is, where an index has the key's columns and then the order's. Parameters, in this order: the keys, the
// constants of `where`, the cursor, the limit. Rows carry `"#"`, the position of their key from 1, and `"#0"` and on, the
// text of those order columns that are not in the row in that form, for their cursors.
import { quoteName } from '../store/statement.js';
import { columnOf, type Table } from '../store/table.js';
import { readStatement, type ReadStatement } from '../store/with-snapshot.js';
import type { ColumnSet } from './columns.js';
import type { KeyCodec } from './key.js';
import type { Direction, ReadDefinition } from './read.js';
import {
  constantConditions,
  constantValues,
  keyEqualities,
  keyNames,
  orderBy,
  unnestedKeys,
} from './select.js';

/** What of a page's arguments changes its text. */
export interface PageShape {
  readonly isBackward: boolean;
  readonly hasCursor: boolean;
}

/** Throws a TypeError for an order by a column that may be null. */
export function pageStatement(
  table: Table,
  read: ReadDefinition,
  codec: KeyCodec,
  columns: ColumnSet,
  { isBackward, hasCursor }: PageShape,
): ReadStatement {
  const order = orderOf(table, read, isBackward);
  const cursorOffset = read.key.length + constantValues(table, read).length;
  const conditions = [
    ...keyEqualities(table, read),
    ...constantConditions(table, read, read.key.length),
    ...(hasCursor ? [beyondCursor(table, order, cursorOffset)] : []),
  ];
  const selected = [
    ...columns.properties.map((property) => [sqlOf(table, property), property] as const),
    ...order.flatMap(([property], index) =>
      isOwnText(table, property, columns) ? [] : [[`${sqlOf(table, property)}::text`, `#${index}`] as const],
    ),
  ];
  const sorts = order.map(([property], index) => [sqlOf(table, property), `s${index}`] as const);
  const list = [...selected, ...sorts].map(([sql, name]) => `${sql} AS ${quoteName(name)}`).join(', ');
  const limit = `$${cursorOffset + (hasCursor ? order.length : 0) + 1}`;
  const page = `SELECT ${list} FROM ${table.sql} t${where(conditions)}${orderBy(table, order)} LIMIT ${limit}`;
  const outer = selected.map(([, name]) => `p.${quoteName(name)}`).join(', ');
  const sorted = order.map(([, direction], index) => `p."s${index}" ${direction}`).join(', ');
  const names = ['#', ...selected.map(([, name]) => name)];
  if (read.key.length === 0)
    return readStatement(`SELECT 1 AS "#", ${outer} FROM (${page}) p ORDER BY ${sorted}`, names);
  return readStatement(
    `SELECT k."#", ${outer} FROM ${numberedKeys(read, codec)} CROSS JOIN LATERAL (${page}) p ORDER BY k."#", ${sorted}`,
    names,
  );
}

/** Types whose values in JavaScript are, or print as, the text that PostgreSQL has for them. */
const printableTypes = new Set(['uuid', 'text', 'character varying', 'smallint', 'integer', 'bigint']);

/** Whether the row has the column already in a form that a cursor can be made of; a page's last column mostly is its id. */
function isOwnText(table: Table, property: string, columns: ColumnSet): boolean {
  const { type, fromStore } = columnOf(table, property);
  return fromStore === null && printableTypes.has(type) && columns.properties.includes(property);
}

/** How many rows each key has, as `n`, in the order of the keys; one row where the list belongs to no parent. */
export function countStatement(table: Table, read: ReadDefinition, codec: KeyCodec): ReadStatement {
  const conditions = [...keyEqualities(table, read), ...constantConditions(table, read, read.key.length)];
  const count = `SELECT count(*)::int4 AS n FROM ${table.sql} t${where(conditions)}`;
  if (read.key.length === 0) return readStatement(count, ['n']);
  return readStatement(`SELECT (${count}) AS n FROM ${numberedKeys(read, codec)} ORDER BY k."#"`, ['n']);
}

function numberedKeys(read: ReadDefinition, codec: KeyCodec): string {
  return `${unnestedKeys(codec)} WITH ORDINALITY AS k(${keyNames(read).join(', ')}, "#")`;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

function sqlOf(table: Table, property: string): string {
  return `t.${columnOf(table, property).sql}`;
}

/** The read's order, turned round for a backward page. */
function orderOf(table: Table, read: ReadDefinition, isBackward: boolean): ReadDefinition['order'] {
  for (const [property] of read.order) {
    if (columnOf(table, property).nullable) {
      throw new TypeError(
        `expected the order column ${table.entityName}.${property} to be NOT NULL: a keyset has no place for null`,
      );
    }
  }
  if (!isBackward) return read.order;
  return read.order.map(([property, direction]) => [property, direction === 'ASC' ? 'DESC' : 'ASC']);
}

/** The rows that come after the cursor's in this order: a row comparison, or its expansion where directions differ. */
function beyondCursor(table: Table, order: ReadDefinition['order'], offset: number): string {
  const terms = order.map(([property, direction], index) => ({
    column: sqlOf(table, property),
    value: `$${offset + index + 1}::${columnOf(table, property).type}`,
    sign: signOf(direction),
  }));
  const [first] = terms;
  if (first === undefined || terms.every(({ sign }) => sign === first.sign)) {
    const columns = terms.map(({ column }) => column).join(', ');
    const values = terms.map(({ value }) => value).join(', ');
    return `(${columns}) ${first?.sign ?? '>'} (${values})`;
  }
  const alternatives = terms.map(({ column, sign, value }, index) => {
    const equal = terms.slice(0, index).map((earlier) => `${earlier.column} = ${earlier.value}`);
    return `(${[...equal, `${column} ${sign} ${value}`].join(' AND ')})`;
  });
  // Implied by the alternatives, but an index can start at it.
  return `${first.column} ${first.sign}= ${first.value} AND (${alternatives.join(' OR ')})`;
}

function signOf(direction: Direction): '>' | '<' {
  return direction === 'ASC' ? '>' : '<';
}
