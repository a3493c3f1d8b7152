// Relay connections by keyset (Cursor Connections Specification, section 4): from the arguments of a field to its page. The
// pages of all parents that one tick asks for with the same arguments are one statement. Nothing is counted unless the
// operation selects the count.
import { ClientError } from '@selvedge/errors';
import { passOrigins } from '../caching/statement-origin.js';
import type { RawRow } from '../store/statement.js';
import { codeOf } from '../store/store-error.js';
import type { StoreReads } from '../store/store.js';
import type { Table } from '../store/table.js';
import { codecOf, decode } from './batch.js';
import { unionOf, type ColumnSet } from './columns.js';
import { RowConnection, RowPageInfo } from './connection.js';
import { decodeCursor, invalidCursor, type CursorValues } from './cursor.js';
import type { CanonicalKey } from './key.js';
import { countStatement, pageStatement } from './page-statement.js';
import type { ReadDefinition } from './read.js';
import { constantValues } from './select.js';

/**
 * The arguments of a Relay connection field: `first` with `after`, or `last` with `before`. Each page has 0 to 100 rows; 20
 * where neither `first` nor `last` says how many.
 */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Where a page stands in its list (Cursor Connections Specification, section 5). The cursors are null on an empty page. */
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

/** The pages of many requests in their order; one that cannot be answered is an error in its place. */
export async function readPages(
  store: StoreReads,
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
  store: StoreReads,
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
    const connection = connectionOf(read, window, own, count);
    passOrigins(connection, rows, counts);
    return connection;
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

/** For each key its rows, in the read's order (backward: turned round), one more than the limit where there are more. */
async function pageRows(
  store: StoreReads,
  table: Table,
  read: ReadDefinition,
  columns: ColumnSet,
  window: Window,
  keys: readonly CanonicalKey[],
): Promise<RawRow[][]> {
  const codec = codecOf(table, read);
  const parameters = [
    ...codec.parameters(keys),
    ...constantValues(table, read),
    ...(window.from ?? []),
    window.limit + 1,
  ];
  const page = pageStatement(table, read, codec, columns, {
    isBackward: window.isBackward,
    hasCursor: window.from !== null,
  });
  const rows = await store.query(page, parameters).catch((error: unknown) => {
    // A cursor with our signature but values of no such type (SQLSTATE class 22, data exception): made by hand.
    throw window.from !== null && codeOf(error).startsWith('22') ? invalidCursor(window.argument) : error;
  });
  const byPosition: RawRow[][] = keys.map(() => []);
  for (const row of decode(table, columns, rows)) byPosition[Number(row['#']) - 1]?.push(row);
  passOrigins(byPosition, rows);
  return byPosition;
}

/** For each key, how many rows have it. */
async function countRows(
  store: StoreReads,
  table: Table,
  read: ReadDefinition,
  keys: readonly CanonicalKey[],
): Promise<number[]> {
  const codec = codecOf(table, read);
  const rows = await store.query(countStatement(table, read, codec), [
    ...codec.parameters(keys),
    ...constantValues(table, read),
  ]);
  const counts = keys.map((_, index) => Number((rows[index] ?? rows[0])?.['n']));
  passOrigins(counts, rows);
  return counts;
}

function connectionOf(
  read: ReadDefinition,
  { limit, isBackward, from }: Window,
  rows: RawRow[],
  count: number | null,
): Connection<RawRow> {
  const isPartial = rows.length > limit;
  const nodes = rows.slice(0, limit);
  if (isBackward) nodes.reverse();
  const isAfterCursor = from !== null;
  const pageInfo = isBackward
    ? new RowPageInfo(read, nodes, isAfterCursor, isPartial)
    : new RowPageInfo(read, nodes, isPartial, isAfterCursor);
  return new RowConnection(read, nodes, pageInfo, count);
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
