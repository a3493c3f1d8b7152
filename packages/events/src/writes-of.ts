/**
 * What the running transaction has written, read back from the outbox by itself just before it commits: its own rows, the
 * rows that cascades and other triggers wrote for it, and nothing of a savepoint that it went back to.
 */
import { quoteName, rowsOf, type SqlRunner } from './runner.js';
import { wholeStoreTag } from './tag.js';

export interface Writes {
  /** `pg_current_xact_id()`, decimal; null: it wrote nothing that anybody is told of. */
  readonly xid: string | null;
  /** Distinct. `*` where it wrote past the capture or is without the mark, or more than can be told one by one. */
  readonly tags: readonly string[];
}

/**
 * To be sent right after the BEGIN of a transaction that `writesOf` is asked about, alone or among other statements: it keeps
 * where in the outbox the rows of this transaction begin. Were that kept by the triggers, every write would pay for it.
 */
export const markWrites = `SELECT set_config('selvedge.first_write', last_value::text, true) FROM selvedge_outbox_id_seq`;

/** Past so many tags it is cheaper to fetch anew than to look at each. */
const mostTags = 1_000;

/**
 * Call it as the last statement of the transaction. One round trip, two where the written tables have constraint triggers
 * that were to run at the commit, which it has run now.
 *
 * @param runner of the transaction, which was begun with `markWrites`
 * @throws what PostgreSQL says where the store has no outbox; then `capturedTables` finds no table
 */
export async function writesOf(runner: SqlRunner): Promise<Writes> {
  let found = await readBack(runner);
  if (found.deferred) {
    await runner.query('SET CONSTRAINTS ALL IMMEDIATE');
    found = await readBack(runner);
  }
  // Somebody has ended the transaction that was begun, and what it wrote is in no outbox row of this one.
  if (!found.isMarked) return { xid: found.xid, tags: [wholeStoreTag] };
  return { xid: found.xid, tags: found.tags };
}

interface ReadBack extends Writes {
  readonly deferred: boolean;
  readonly isMarked: boolean;
}

async function readBack(runner: SqlRunner): Promise<ReadBack> {
  const [row] = await rowsOf<ReadBack>(
    runner,
    `SELECT xid, tags, deferred, coalesce(current_setting('selvedge.first_write', true), '') <> '' AS "isMarked"
     FROM selvedge_writes($1)`,
    [mostTags],
  );
  if (row === undefined) throw new Error('expected a row of selvedge_writes but got none');
  return row;
}

/**
 * A function, so that its plans live as long as the session.
 *
 * What was written past the capture is told by locks: nobody changes a row without a lock on its table that is kept until
 * the transaction ends, and a rewrite or a TRUNCATE has the strongest one. The outbox and the kit's own tables do not count.
 * The planner knows little of a table that grows all the time: it is told to take the index, and to plan once a session.
 */
export function writesFunction(outbox: string): string {
  const own = `${quoteName(outbox)}.selvedge_outbox`;
  return `CREATE OR REPLACE FUNCTION ${quoteName(outbox)}.selvedge_writes(
  most integer, OUT xid text, OUT tags text[], OUT deferred boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $selvedge$
DECLARE
  own_xid xid8 := pg_current_xact_id_if_assigned();
  first_write bigint := nullif(current_setting('selvedge.first_write', true), '')::bigint;
  uncaptured boolean;
BEGIN
  tags := '{}';
  deferred := false;
  IF own_xid IS NULL THEN
    RETURN;
  END IF;
  IF first_write IS NOT NULL THEN
    tags := ARRAY(
      SELECT DISTINCT tag FROM ${own} o, unnest(o.tags) AS tag
      WHERE o.id >= first_write AND o.xid = own_xid AND tag IS NOT NULL LIMIT most + 1
    );
    IF cardinality(tags) > most THEN
      tags := ARRAY['${wholeStoreTag}'];
    END IF;
  END IF;
  SELECT
    coalesce(bool_or(
      first_write IS NULL OR l.mode = 'AccessExclusiveLock'
      OR (c.relkind <> 'p' AND (
        current_setting('session_replication_role') = 'replica'
        OR (
          SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled IN ('O', 'A')
            AND t.tgname IN ('selvedge_capture_insert', 'selvedge_capture_update', 'selvedge_capture_delete')
        ) <> 3
      ))
    ), false),
    coalesce(bool_or(EXISTS (
      SELECT FROM pg_trigger t
      WHERE t.tgrelid = c.oid AND t.tgdeferrable AND NOT t.tgisinternal
    )), false)
  INTO uncaptured, deferred
  FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
    AND l.mode IN ('RowExclusiveLock', 'AccessExclusiveLock')
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
    AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND c.relname NOT LIKE 'selvedge\\_%';
  IF uncaptured AND NOT '${wholeStoreTag}' = ANY (tags) THEN
    tags := tags || '${wholeStoreTag}'::text;
  END IF;
  IF tags <> '{}' THEN
    xid := own_xid::text;
  END IF;
END
$selvedge$`;
}
