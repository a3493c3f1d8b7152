/**
 * Puts a table under the outbox: from then on every write to it that fires triggers leaves, in its own transaction, what it
 * wrote, whoever makes it and by whichever way. One call in a migration, its counterpart in the way back.
 */
import { captureFunction, functionName, type Announcement } from './capture-sql.js';
import { catalogueTable, type CatalogueTable } from './captured-columns.js';
import type { ValueForm } from './value-form.js';
import { ensureOutbox } from './outbox.js';
import { quoteName, quoteText, type SqlRunner } from './runner.js';
import { inTagOrder } from './tag.js';

/** What of a table's writes is announced. Columns by their names in PostgreSQL. */
export interface TableCapture {
  /** `reviews`, or `schema.reviews` where it is not in the schema of the migrations. */
  readonly table: string;
  /**
   * For each list of columns, a tag that any write to a row with these values raises: `reviews:id=7`, `reviews:product_id=3`;
   * for the empty list, any write to the table: `reviews:`.
   */
  readonly contents: readonly (readonly string[])[];
  /**
   * Tags of lists that name their members by tags of their own: raised by inserts, deletes, and updates of `by`, `order` or
   * the primary key alone: `reviews[product_id=3]`, `reviews[]`.
   */
  readonly lists: readonly { readonly by: readonly string[]; readonly order: readonly string[] }[];
}

/** As it is kept beside the trigger, for `capturedTables`. */
export interface RecordedCapture extends Announcement {
  readonly name: string;
  readonly forms: Readonly<Record<string, ValueForm>>;
}

/**
 * May be called again: what it announces is replaced. Has to be, after a column that it names was renamed or changed its
 * type, and after a partition was added.
 *
 * @throws an Error for what is no table, or cannot be captured truly
 */
export async function captureWrites(runner: SqlRunner, capture: TableCapture): Promise<void> {
  const table = await catalogueTable(runner, capture.table);
  const announced = announcementOf(capture);
  const recorded: RecordedCapture = { name: table.name, ...announced, forms: formsOf(table, announced) };
  const outbox = await ensureOutbox(runner);
  await dropTriggers(runner, table);
  await runner.query(captureFunction(table, announced, outbox));
  await runner.query(`REVOKE ALL ON FUNCTION ${functionName(table)}() FROM PUBLIC`);
  await createTriggers(runner, table);
  await runner.query(
    `COMMENT ON TRIGGER selvedge_capture_truncate ON ${quoted(table)} IS ${quoteText(JSON.stringify(recorded))}`,
  );
}

/** The outbox stays, with what is in it. @throws an Error for what is no table */
export async function releaseWrites(runner: SqlRunner, table: string): Promise<void> {
  const found = await catalogueTable(runner, table);
  await dropTriggers(runner, found);
  await runner.query(`DROP FUNCTION IF EXISTS ${functionName(found)}()`);
}

/** Without repetitions, and the columns of a tag in its order. */
function announcementOf({ contents, lists }: TableCapture): Announcement {
  const byText = new Map(contents.map((columns) => [JSON.stringify(distinct(columns)), distinct(columns)]));
  return {
    contents: [...byText.values()],
    lists: lists.map(({ by, order }) => ({ by: distinct(by), order: [...new Set(order)] })),
  };
}

function distinct(columns: readonly string[]): string[] {
  return inTagOrder([...new Set(columns)]);
}

function formsOf(
  { name, columns }: CatalogueTable,
  { contents, lists }: Announcement,
): Record<string, ValueForm> {
  const ofTags = new Set([...contents.flat(), ...lists.flatMap(({ by }) => by)]);
  const named = new Set([...ofTags, ...lists.flatMap(({ order }) => order)]);
  const forms: Record<string, ValueForm> = {};
  for (const column of named) {
    const found = columns.get(column);
    if (found === undefined) {
      throw new Error(
        `expected a column of "${name}" (${[...columns.keys()].join(', ')}) but got "${column}"`,
      );
    }
    if (found.isVirtual) {
      throw new Error(
        `expected a stored column of "${name}" but got "${column}", which is computed on reading`,
      );
    }
    if (!ofTags.has(column)) continue;
    if (found.form === null) {
      throw new Error(
        `expected the tags of "${name}" to be of columns whose equal values are printed alike but got "${column}", which is ${found.type}`,
      );
    }
    forms[column] = found.form;
  }
  return forms;
}

async function createTriggers(runner: SqlRunner, table: CatalogueTable): Promise<void> {
  const call = `EXECUTE FUNCTION ${functionName(table)}()`;
  await runner.query(`
    CREATE TRIGGER selvedge_capture_insert AFTER INSERT ON ${quoted(table)} FOR EACH ROW ${call};
    CREATE TRIGGER selvedge_capture_update AFTER UPDATE ON ${quoted(table)} FOR EACH ROW WHEN (OLD *<> NEW) ${call};
    CREATE TRIGGER selvedge_capture_delete AFTER DELETE ON ${quoted(table)} FOR EACH ROW ${call}`);
  for (const each of [table, ...table.partitions]) {
    await runner.query(
      `CREATE TRIGGER selvedge_capture_truncate AFTER TRUNCATE ON ${quoted(each)} FOR EACH STATEMENT ${call}`,
    );
  }
}

async function dropTriggers(runner: SqlRunner, table: CatalogueTable): Promise<void> {
  for (const operation of ['insert', 'update', 'delete']) {
    await runner.query(`DROP TRIGGER IF EXISTS selvedge_capture_${operation} ON ${quoted(table)}`);
  }
  for (const each of [table, ...table.partitions]) {
    await runner.query(`DROP TRIGGER IF EXISTS selvedge_capture_truncate ON ${quoted(each)}`);
  }
}

function quoted({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return `${quoteName(schema)}.${quoteName(table)}`;
}
