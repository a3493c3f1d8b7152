// A store is seeded once, in one transaction that also leaves the mark: a killed seed leaves nothing, a finished one is
// never repeated, and two processes that start together do not both do it.
import type { EntityManager } from 'typeorm';
import type { EntityClass, Store } from './store.js';
import { columnOf, tableOf, type TableColumn } from './table.js';

/** What a seed is called with, inside the one transaction that it runs in. */
export interface SeedContext {
  /** Of the one transaction that the whole seed is. */
  readonly manager: EntityManager;
  /** 1 is the small shop; 100 is a hundred times that. */
  readonly scale: number;
  /** Says how far a long step has come. */
  readonly progress: (what: string, done: number, total: number) => void;
}

/** Fills an empty, migrated store. What it throws leaves the store as it was. */
export type Seed = (context: SeedContext) => Promise<void>;

const seedLock = 7_358_002;

/** Seeds the store unless it was seeded before. Returns whether it did. */
export async function seedOnce(
  store: Store,
  seed: Seed,
  scale: number,
  progress: SeedContext['progress'],
): Promise<boolean> {
  return store.transaction(async (manager) => {
    await manager.query('SET LOCAL statement_timeout = 0');
    await manager.query('SELECT pg_advisory_xact_lock($1)', [seedLock]);
    await manager.query(
      'CREATE TABLE IF NOT EXISTS selvedge_seed (scale double precision NOT NULL, seeded_at timestamptz NOT NULL)',
    );
    const marks: unknown = await manager.query('SELECT scale FROM selvedge_seed');
    if (Array.isArray(marks) && marks.length > 0) return false;
    await seed({ manager, scale, progress });
    await manager.query('INSERT INTO selvedge_seed VALUES ($1, now())', [scale]);
    // Without statistics the first queries after a bulk load are planned as if the tables were empty.
    await manager.query('ANALYZE');
    return true;
  });
}

/** Rows a statement; 2,000 rows of ten columns are about 1 MB of parameters, past which larger batches gain nothing. */
const batchSize = 2_000;

/**
 * Inserts rows in bulk, one array parameter a column (`unnest`), so that the text is the same for every batch. Columns whose
 * type is an array are not for it: `unnest` would take them apart.
 *
 * @param rows objects keyed by the entity's properties, with the entity's values; every row has the properties of the first
 * @param onBatch told after each batch how many rows were inserted so far
 * @returns how many rows were inserted
 * @throws a TypeError for a property that no column backs; what PostgreSQL says of a row that it refuses
 */
export async function insertRows<E extends object>(
  manager: EntityManager,
  entity: EntityClass<E>,
  rows: Iterable<Partial<E>>,
  onBatch: (inserted: number) => void = () => undefined,
): Promise<number> {
  const table = tableOf(manager.dataSource.getMetadata(entity));
  let inserted = 0;
  let batch: Partial<E>[] = [];
  const flush = async (): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    const columns = Object.keys(first).map((property) => columnOf(table, property));
    const names = columns.map(({ sql }) => sql).join(', ');
    const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
    await manager.query(
      `INSERT INTO ${table.sql} (${names}) SELECT * FROM unnest(${arrays})`,
      columns.map((column) => batch.map((row) => storedValue(row, column))),
    );
    inserted += batch.length;
    batch = [];
    onBatch(inserted);
  };
  for (const row of rows) {
    batch.push(row);
    if (batch.length === batchSize) await flush();
  }
  await flush();
  return inserted;
}

function storedValue(row: object, { property, toStore }: TableColumn): unknown {
  const value: unknown = Reflect.get(row, property);
  return toStore === null || value === undefined ? value : toStore(value);
}
