// Relay connections by keyset (Cursor Connections Specification, section 4). The pages of all parents that one tick asks
// for with the same arguments are one statement: a LATERAL subquery a parent, each `LIMIT n + 1`, so that a page costs what
// it shows, however far down the list it is. Nothing is counted unless the operation selects the count.
import { ClientError } from '@selvedge/errors';
import { quoteName, statement, type RawRow } from '../store/statement.js';
import type { Store } from '../store/store.js';
import { columnOf, type Table } from '../store/table.js';
import { codecOf, decode } from './batch.js';
import { unionOf, type ColumnSet } from './columns.js';
import { decodeCursor, encodeCursor, invalidCursor, type CursorValues } from './cursor.js';
import type { CanonicalKey } from './key.js';
import type { Direction, ReadDefinition } from './read.js';
import { constantConditions, constantValues, orderBy } from './select.js';

/** The arguments of a Relay connection field. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** A page of rows, in the shape of a connection type that has `edges`, `nodes`, `pageInfo` and, if it likes, `totalCount`. */
export interface Connection<E> {
  edges: { cursor: string; node: E }[];
  nodes: E[];
  pageInfo: PageInfo;
  /** Only where the operation selects it. */
  totalCount: number;
}

/** The pages that one caller asks for: of one parent, or of the whole list where the read has no `by`. */
export interface PageRequest {
  readonly key: Readonly<Record<string, unknown>>;
  readonly arguments: PageArguments;
  readonly columns: ColumnSet;
  readonly wantsCount: boolean;
}

const defaultPageSize = 20;
const maxPageSize = 100;

/** A page's arguments, checked. `limit` rows after (or, backward, before) the row that the cursor names. */
interface Window {
  readonly limit: number;
  readonly isBackward: boolean;
  readonly from: CursorValues | null;
  readonly argument: 'after' | 'before';
}

export async function readPages(
  store: Store,
  read: ReadDefinition,
  requests: readonly PageRequest[],
): Promise<(Connection<RawRow> | Error)[]> {
  const groups = new Map<string, number[]>();
  requests.forEach(({ arguments: { first, after, last, before } }, index) => {
    const name = JSON.stringify([first, after, last, before]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [index]);
    else group.push(index);
  });
  const answers: (Connection<RawRow> | Error)[] = [];
  await Promise.all(
    [...groups.values()].map(async (indexes) => {
      const members = indexes.flatMap((index) => requests[index] ?? []);
      const pages = await readWindow(store, read, members).catch((error: unknown) =>
        members.map(() => asError(error)),
      );
      indexes.forEach(
        (index, position) => (answers[index] = pages[position] ?? new Error('a page was not answered')),
      );
    }),
  );
  return answers;
}

/** The pages of requests that all have the same arguments. */
async function readWindow(
  store: Store,
  read: ReadDefinition,
  requests: readonly PageRequest[],
): Promise<(Connection<RawRow> | Error)[]> {
  const table = store.table(read.entity);
  const window = windowOf(read, requests[0]?.arguments ?? {});
  const columns = unionOf(
    table,
    requests.map((request) => request.columns),
  );
  const codec = codecOf(table, read);
  const keys = requests.map((request) =>
    read.key.length === 0 ? [] : keyOrError(() => codec.encode(request.key)),
  );
  const good = keys.flatMap((key) => (key === null || key instanceof Error ? [] : [key]));
  const [rows, counts] = await Promise.all([
    good.length === 0 ? [] : pageRows(store, table, read, columns, window, good),
    good.length > 0 && requests.some((request) => request.wantsCount)
      ? countRows(store, table, read, good)
      : null,
  ]);
  let position = 0;
  return keys.map((key, index) => {
    if (key instanceof Error) return key;
    if (key === null) return connectionOf(read, window, [], 0);
    const own = rows[position] ?? [];
    const count = requests[index]?.wantsCount === true ? (counts?.[position] ?? 0) : null;
    position += 1;
    return connectionOf(read, window, own, count);
  });
}

function windowOf(read: ReadDefinition, { first, after, last, before }: PageArguments): Window {
  if (first != null && last != null) {
    throw new ClientError('BAD_USER_INPUT', 'expected either `first` or `last` but got both');
  }
  const isBackward = last != null || (first == null && before != null && after == null);
  if (isBackward) return checkedWindow(read, true, 'last', last, before, after);
  return checkedWindow(read, false, 'first', first, after, before);
}

function checkedWindow(
  read: ReadDefinition,
  isBackward: boolean,
  name: 'first' | 'last',
  limit: number | null | undefined,
  cursor: string | null | undefined,
  otherCursor: string | null | undefined,
): Window {
  if (otherCursor != null) {
    throw new ClientError(
      'BAD_USER_INPUT',
      'expected `first` with `after`, or `last` with `before`, but got them mixed',
    );
  }
  const size = limit ?? defaultPageSize;
  if (size < 0 || size > maxPageSize) {
    throw new ClientError(
      'BAD_USER_INPUT',
      `expected \`${name}\` to be between 0 and ${maxPageSize} but got ${size}`,
    );
  }
  const argument = isBackward ? 'before' : 'after';
  return {
    limit: size,
    isBackward,
    argument,
    from: cursor == null ? null : decodeCursor(read, argument, cursor),
  };
}

/** For each key its rows, in the read's order, one more than the limit where there are more. */
async function pageRows(
  store: Store,
  table: Table,
  read: ReadDefinition,
  columns: ColumnSet,
  window: Window,
  keys: readonly CanonicalKey[],
): Promise<RawRow[][]> {
  const parameters = [
    ...(read.key.length === 0 ? [] : codecOf(table, read).parameters(keys)),
    ...constantValues(read),
    ...(window.from ?? []),
  ];
  const text = pageStatement(table, read, columns, window);
  const rows = await store
    .query(statement(text), [...parameters, window.limit + 1])
    .catch((error: unknown) => {
      // A cursor with our signature but values of no such type: made by hand.
      throw window.from !== null && isDataException(error) ? invalidCursor(window.argument) : error;
    });
  const byPosition: RawRow[][] = keys.map(() => []);
  for (const row of decode(table, columns, rows)) byPosition[Number(row['#']) - 1]?.push(row);
  return byPosition;
}

/** SQLSTATE class 22, data exception. */
function isDataException(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('22')
  );
}

function pageStatement(table: Table, read: ReadDefinition, columns: ColumnSet, window: Window): string {
  const order = orderOf(table, read, window.isBackward);
  const keyCount = read.key.length;
  const ownKey = read.key.map((property, index) => `t.${columnOf(table, property).sql} = k.k${index}`);
  const constants = constantConditions(table, read, keyCount);
  const cursorOffset = keyCount + constants.length;
  const cursor = window.from === null ? [] : [beyondCursor(table, order, cursorOffset)];
  const conditions = [...ownKey, ...constants, ...cursor];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const limit = `$${cursorOffset + (window.from?.length ?? 0) + 1}`;
  const list = columns.properties.map(
    (property) => `t.${columnOf(table, property).sql} AS ${quoteName(property)}`,
  );
  const cursors = order.map(([property], index) => `t.${columnOf(table, property).sql}::text AS "#${index}"`);
  if (keyCount === 0) {
    return `SELECT 1 AS "#", ${[...list, ...cursors].join(', ')} FROM ${table.sql} t${where}${orderBy(table, order)} LIMIT ${limit}`;
  }
  const sorts = order.map(([property], index) => `t.${columnOf(table, property).sql} AS "s${index}"`);
  const page = `SELECT ${[...list, ...cursors, ...sorts].join(', ')} FROM ${table.sql} t${where}${orderBy(table, order)} LIMIT ${limit}`;
  const outer = [...columns.properties.map(quoteName), ...order.map((_, index) => `"#${index}"`)].map(
    (name) => `p.${name}`,
  );
  const sorted = order.map(([, direction], index) => `p."s${index}" ${direction}`);
  const names = read.key.map((_, index) => `k${index}`);
  return (
    `SELECT k."#", ${outer.join(', ')} FROM unnest(${codecOf(table, read).casts.join(', ')}) WITH ORDINALITY AS k(${names.join(', ')}, "#") ` +
    `CROSS JOIN LATERAL (${page}) p ORDER BY k."#", ${sorted.join(', ')}`
  );
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
  const column = (property: string): string => `t.${columnOf(table, property).sql}`;
  const value = (property: string, index: number): string =>
    `$${offset + index + 1}::${columnOf(table, property).type}`;
  const sign = (direction: Direction): string => (direction === 'ASC' ? '>' : '<');
  const [first] = order;
  if (first !== undefined && order.every(([, direction]) => direction === first[1])) {
    const columns = order.map(([property]) => column(property)).join(', ');
    const values = order.map(([property], index) => value(property, index)).join(', ');
    return `(${columns}) ${sign(first[1])} (${values})`;
  }
  const alternatives = order.map(([property, direction], index) => {
    const equal = order
      .slice(0, index)
      .map(([earlier], place) => `${column(earlier)} = ${value(earlier, place)}`);
    return [...equal, `${column(property)} ${sign(direction)} ${value(property, index)}`].join(' AND ');
  });
  return `(${alternatives.map((alternative) => `(${alternative})`).join(' OR ')})`;
}

async function countRows(
  store: Store,
  table: Table,
  read: ReadDefinition,
  keys: readonly CanonicalKey[],
): Promise<number[]> {
  const codec = codecOf(table, read);
  const constants = constantConditions(table, read, read.key.length);
  if (read.key.length === 0) {
    const where = constants.length === 0 ? '' : ` WHERE ${constants.join(' AND ')}`;
    const rows = await store.query(
      statement(`SELECT count(*)::int4 AS n FROM ${table.sql} t${where}`),
      constantValues(read),
    );
    return keys.map(() => Number(rows[0]?.['n']));
  }
  const names = read.key.map((_, index) => `k${index}`);
  const match = read.key.map((property, index) => `t.${columnOf(table, property).sql} = k.k${index}`);
  const text =
    `SELECT (SELECT count(*)::int4 FROM ${table.sql} t WHERE ${[...match, ...constants].join(' AND ')}) AS n ` +
    `FROM unnest(${codec.casts.join(', ')}) WITH ORDINALITY AS k(${names.join(', ')}, "#") ORDER BY k."#"`;
  const rows = await store.query(statement(text), [...codec.parameters(keys), ...constantValues(read)]);
  return rows.map((row) => Number(row['n']));
}

function connectionOf(
  read: ReadDefinition,
  window: Window,
  rows: RawRow[],
  count: number | null,
): Connection<RawRow> {
  const hasMore = rows.length > window.limit;
  const page = rows.slice(0, window.limit);
  if (window.isBackward) page.reverse();
  const cursors = page.map((row) =>
    encodeCursor(
      read,
      read.order.map((_, index) => String(row[`#${index}`])),
    ),
  );
  return {
    edges: page.map((node, index) => ({ cursor: cursors[index] ?? '', node })),
    nodes: page,
    pageInfo: {
      hasNextPage: window.isBackward ? window.from !== null : hasMore,
      hasPreviousPage: window.isBackward ? hasMore : window.from !== null,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
    get totalCount(): number {
      if (count === null) throw new Error('expected totalCount to be selected, for it is only then counted');
      return count;
    },
  };
}

function keyOrError<T>(encode: () => T): T | Error {
  try {
    return encode();
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
