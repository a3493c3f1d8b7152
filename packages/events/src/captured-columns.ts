/**
 * What PostgreSQL's catalogue says of a table that is to be captured. The trigger's text is made of it once, so whatever
 * could not be captured truly is refused here, in the migration, and not met by a write.
 */
import { rowsOf, type SqlRunner } from './runner.js';
import type { ValueForm } from './value-form.js';

/** A table in the catalogue. */
export interface CatalogueTable {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** As tags call it: with its schema unless that is the session's own, which is also how TypeORM has it. */
  readonly name: string;
  readonly columns: ReadonlyMap<string, CatalogueColumn>;
  readonly primaryKey: readonly string[];
  /** Below a partitioned table, at any depth; `TRUNCATE` triggers are not inherited. */
  readonly partitions: readonly { readonly schema: string; readonly table: string }[];
}

export interface CatalogueColumn {
  readonly name: string;
  /** Null: equal values are not always printed alike, so that no tag can have them. */
  readonly form: ValueForm | null;
  /** Computed when it is read, and not there in a trigger. */
  readonly isVirtual: boolean;
  readonly isNullable: boolean;
  /** Of PostgreSQL, below its domains. */
  readonly type: string;
}

/** @param table `name` or `schema.name`, without quotes, as TypeORM's `tablePath` */
export async function catalogueTable(runner: SqlRunner, table: string): Promise<CatalogueTable> {
  const [schema, name] = splitPath(table);
  const [found] = await rowsOf<FoundTable>(runner, tableQuery, [schema, name]);
  if (found === undefined) throw new Error(`expected the name of a table but got "${table}"`);
  refuseUncapturable(found, table);
  const columns = await rowsOf<FoundColumn>(runner, columnsQuery, [found.oid]);
  const partitions = await rowsOf<{ schema: string; table: string }>(runner, partitionsQuery, [found.oid]);
  return {
    oid: found.oid,
    schema: found.schema,
    table: name,
    name: found.isInOwnSchema ? name : `${found.schema}.${name}`,
    columns: new Map(columns.map((column) => [column.name, { ...column, form: formOf(column) }])),
    primaryKey: columns
      .filter(({ keyPosition }) => keyPosition !== null)
      .toSorted((left, right) => (left.keyPosition ?? 0) - (right.keyPosition ?? 0))
      .map((column) => column.name),
    partitions,
  };
}

function splitPath(path: string): [schema: string | null, table: string] {
  const dot = path.indexOf('.');
  return dot === -1 ? [null, path] : [path.slice(0, dot), path.slice(dot + 1)];
}

interface FoundTable {
  readonly oid: number;
  readonly schema: string;
  readonly isInOwnSchema: boolean;
  readonly kind: string;
  readonly persistence: string;
  readonly isPartition: boolean;
  readonly encoding: string;
}

const tableQuery = `
  SELECT c.oid, n.nspname AS schema, n.nspname = current_schema() AS "isInOwnSchema",
    c.relkind::text AS kind, c.relpersistence::text AS persistence, c.relispartition AS "isPartition",
    current_setting('server_encoding') AS encoding
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = coalesce($1, current_schema()) AND c.relname = $2`;

function refuseUncapturable({ kind, persistence, isPartition, encoding }: FoundTable, table: string): void {
  const got =
    kind !== 'r' && kind !== 'p'
      ? 'something else of that name'
      : isPartition
        ? 'a partition, whose writes are captured at the table that it is part of'
        : persistence !== 'p'
          ? 'one that is temporary or unlogged, which is emptied without a trigger'
          : null;
  if (got !== null) throw new Error(`expected "${table}" to be a table but got ${got}`);
  if (encoding !== 'UTF8')
    throw new Error(`expected a database in UTF8, as tags are, but got one in ${encoding}`);
}

interface FoundColumn {
  readonly name: string;
  readonly type: string;
  readonly typeKind: string;
  readonly isBuiltIn: boolean;
  /** Whether equal texts are the same text. */
  readonly isDeterministic: boolean;
  readonly isVirtual: boolean;
  readonly isNullable: boolean;
  readonly keyPosition: number | null;
}

const columnsQuery = `
  WITH RECURSIVE based AS (
    SELECT a.attnum, a.atttypid AS type FROM pg_attribute a
    WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT b.attnum, t.typbasetype FROM based b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
  )
  SELECT a.attname AS name, t.typname AS type, t.typtype::text AS "typeKind",
    t.typnamespace = 'pg_catalog'::regnamespace AS "isBuiltIn",
    coalesce((SELECT c.collisdeterministic FROM pg_collation c WHERE c.oid = a.attcollation), true) AS "isDeterministic",
    a.attgenerated = 'v' AS "isVirtual", NOT a.attnotnull AS "isNullable",
    array_position(i.indkey::int2[], a.attnum) AS "keyPosition"
  FROM pg_attribute a
  JOIN based b ON b.attnum = a.attnum
  JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
  LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
  WHERE a.attrelid = $1
  ORDER BY a.attnum`;

const partitionsQuery = `
  SELECT n.nspname AS schema, c.relname AS table
  FROM pg_partition_tree($1::oid::regclass) p
  JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE p.level > 0 AND c.relkind IN ('r', 'p')`;

function formOf(column: FoundColumn): ValueForm | null {
  if (column.isVirtual || !column.isDeterministic) return null;
  if (column.typeKind === 'e') return 'text';
  if (column.isBuiltIn) return forms[column.type] ?? null;
  return column.type === 'citext' ? 'opaque' : null;
}

/** Missing are, for one, float8 (-0 is 0), interval (30 days are a month), jsonb (1.0 is 1), arrays, ranges and rows. */
const forms: Readonly<Record<string, ValueForm>> = {
  text: 'text',
  varchar: 'text',
  name: 'text',
  bpchar: 'blank-padded',
  uuid: 'uuid',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  bool: 'boolean',
  numeric: 'numeric',
  date: 'date',
  timestamptz: 'timestamptz',
  timestamp: 'opaque',
  time: 'opaque',
  bytea: 'opaque',
  inet: 'opaque',
  cidr: 'opaque',
  macaddr: 'opaque',
  macaddr8: 'opaque',
  bit: 'opaque',
  varbit: 'opaque',
  xid8: 'opaque',
};
