/**
 * Which tables are under the outbox, and what it tells of them: the kit holds each of its reads to it, as an answer may be
 * kept only if every write to what it was made of is announced.
 */
import type { RecordedCapture } from './capture.js';
import { rowsOf, type SqlRunner } from './runner.js';

/** `forms` is of all columns in `contents` and `lists.by`, which are in the order of their names. */
export type CapturedTable = RecordedCapture;

/**
 * From the catalogue, so that it dies with a dropped table. A table with one of its triggers disabled, or on one of its
 * partitions, is not among them.
 */
export async function capturedTables(runner: SqlRunner): Promise<CapturedTable[]> {
  const rows = await rowsOf<{ recorded: string }>(
    runner,
    `WITH captured AS (
      SELECT t.tgrelid AS relation, obj_description(t.oid, 'pg_trigger') AS recorded FROM pg_trigger t
      WHERE t.tgname = 'selvedge_capture_truncate'
    )
    SELECT c.recorded FROM captured c
    WHERE c.recorded IS NOT NULL AND NOT EXISTS (
      SELECT FROM (SELECT relid FROM pg_partition_tree(c.relation) UNION SELECT c.relation) AS part
      JOIN pg_class p ON p.oid = part.relid AND p.relkind IN ('r', 'p')
      WHERE (
        SELECT count(*) FROM pg_trigger t
        WHERE t.tgrelid = p.oid AND t.tgenabled IN ('O', 'A') AND t.tgname IN (${captureTriggers})
      ) <> 4
    )
    ORDER BY c.recorded`,
  );
  return rows.map(({ recorded }) => JSON.parse(recorded) as CapturedTable);
}

const captureTriggers = ['insert', 'update', 'delete', 'truncate']
  .map((each) => `'selvedge_capture_${each}'`)
  .join(', ');
