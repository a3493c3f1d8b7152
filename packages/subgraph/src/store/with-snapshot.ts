// A read's statement that also brings the snapshot in which it ran, whether a row matches or not: the snapshot's row comes
// first and the read's after it, in their order. Its column is null in all others, so that nothing is parsed a row. Measured
// for 100 entities of two fields, beside the plain statement: 4% more time; as a column of every row (LEFT JOIN LATERAL) 5%, asked
// for in a statement before 16%.
import { quoteName, statement, type RawRow, type Statement } from './statement.js';

/** No read of the kit has a column of this name. */
const snapshotColumn = '#snapshot';

const snapshotOf = `pg_current_snapshot()::text AS ${quoteName(snapshotColumn)}`;

const made = new WeakMap<Statement, Statement>();

/** The same statement with the snapshot; made once. */
export function withSnapshot(plain: ReadStatement): Statement {
  let wrapped = made.get(plain);
  if (wrapped === undefined) {
    const nulls = plain.columns.map((name) => `NULL AS ${quoteName(name)}`);
    wrapped = statement(
      `SELECT ${[snapshotOf, ...nulls].join(', ')} UNION ALL SELECT NULL, r.* FROM (${plain.text}) r`,
    );
    made.set(plain, wrapped);
  }
  return wrapped;
}

/** A statement that says which columns it gives. */
export interface ReadStatement extends Statement {
  readonly columns: readonly string[];
}

export function readStatement(text: string, columns: readonly string[]): ReadStatement {
  return { ...statement(text), columns };
}

/** Takes the snapshot's row out of the rows of such a statement. */
export function takeSnapshot(rows: RawRow[]): string {
  const snapshot = rows.shift()?.[snapshotColumn];
  if (typeof snapshot === 'string') return snapshot;
  throw new Error('expected the rows of a statement to come after its snapshot but they did not');
}

/** Of a query of somebody's own, whose columns are not known. */
const rowColumn = '#row';
const modeColumn = '#mode';

/**
 * A query of one's own with its snapshot. In this form a text can be nothing but a query; and a function in it that writes
 * fails, since the transaction has been made read-only before the query begins.
 */
export function queryWithSnapshot(text: string): Statement {
  const query = text.replace(/[;\s]+$/, '');
  return statement(
    `SELECT s.*, r.* FROM (SELECT ${snapshotOf}, set_config('transaction_read_only', 'on', true) AS ${quoteName(modeColumn)}) s
     LEFT JOIN LATERAL (SELECT true AS ${quoteName(rowColumn)}, q.* FROM (${query}\n) q) r ON true`,
  );
}

/** The query's own rows, and its snapshot. */
export function splitQueryRows(rows: readonly RawRow[]): { snapshot: string; rows: RawRow[] } {
  const snapshot = rows[0]?.[snapshotColumn];
  if (typeof snapshot !== 'string')
    throw new Error('expected the rows of a query to come with its snapshot but they did not');
  return { snapshot, rows: rows.flatMap((row) => (row[rowColumn] === true ? [ownColumns(row)] : [])) };
}

const addedColumns: ReadonlySet<string> = new Set([snapshotColumn, modeColumn, rowColumn]);

function ownColumns(row: RawRow): RawRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !addedColumns.has(name)));
}
