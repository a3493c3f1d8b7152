// Which tables a query of one's own reads, told by PostgreSQL's plan of it, in which views are replaced by what they are made of.
// Asked once a text: whoever says too little of what a query reads gets answers that are not kept, instead of stale ones.
import { codeOf, storeError } from '../store/store-error.js';
import type { Store } from '../store/store.js';
import { sessionWordInQuery } from './session-words.js';

/** Names of tables as entities have them; a text says why they cannot be told. */
export type QueryRelations = ReadonlySet<string> | string;

/**
 * @param volatileFunctions names of functions of which the plan says nothing
 * @throws a TypeError for a text that is not one query, or one that writes; what PostgreSQL says of a faulty one
 */
export async function relationsOfQuery(
  store: Store,
  text: string,
  volatileFunctions: ReadonlySet<string>,
): Promise<QueryRelations> {
  const plan = await planOf(store, text);
  if (typeof plan === 'string') return plan;
  const word = sessionWordInQuery(text) ?? functionIn(text, volatileFunctions);
  if (word !== null) return `a query has \`${word}\``;
  const scanned = new Map<string, Scanned>();
  collect(plan, scanned);
  return new Set(await rootNames(store, [...scanned.values()]));
}

/** A syntax error; and a CTE that writes, which may only stand at the top of a statement. */
const notReading = new Set(['42601', '0A000']);

/** The query is planned inside another, where nothing but one that reads may stand. */
async function planOf(store: Store, text: string): Promise<unknown> {
  const { version } = await store.server();
  if (version < 160_000) return 'PostgreSQL before 16 cannot say what a query reads';
  const query = text.replace(/[;\s]+$/, '');
  try {
    const [row] = await store.dataSource.query<{ 'QUERY PLAN': unknown }[]>(
      `EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) SELECT * FROM (${query}\n) q`,
    );
    return row?.['QUERY PLAN'];
  } catch (error) {
    if (!notReading.has(codeOf(causeOf(error)))) throw storeError(error);
    throw new TypeError(
      `expected context.query to be given one query that only reads, as what writes goes through context.transaction, but got ${text.trim().slice(0, 80)}`,
      { cause: error },
    );
  }
}

/** What node-postgres threw, below what TypeORM made of it. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && 'driverError' in error ? error.driverError : error;
}

interface Scanned {
  readonly schema: string;
  readonly name: string;
}

/** Every node of a plan that names a table does it in these two properties, whatever else it is. */
function collect(node: unknown, scanned: Map<string, Scanned>): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) {
    const { Schema: schema, 'Relation Name': name } = node as Record<string, unknown>;
    if (typeof schema === 'string' && typeof name === 'string')
      scanned.set(`${schema}.${name}`, { schema, name });
  }
  for (const inner of Object.values(node)) collect(inner, scanned);
}

/** A partition is read as part of its table. */
async function rootNames(store: Store, scanned: readonly Scanned[]): Promise<string[]> {
  const rows = await store.dataSource.query<{ name: string }[]>(
    `SELECT DISTINCT CASE WHEN n.nspname = current_schema() THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
     FROM unnest($1::text[], $2::text[]) AS s(schema, name)
     JOIN pg_class c ON c.oid = coalesce(
       pg_partition_root(format('%I.%I', s.schema, s.name)::regclass), format('%I.%I', s.schema, s.name)::regclass)
     JOIN pg_namespace n ON n.oid = c.relnamespace`,
    [scanned.map(({ schema }) => schema), scanned.map(({ name }) => name)],
  );
  return rows.map(({ name }) => name);
}

function functionIn(text: string, names: ReadonlySet<string>): string | null {
  for (const [, name = ''] of text.matchAll(/(\w+)"?\s*\(/g)) if (names.has(name.toLowerCase())) return name;
  return null;
}
