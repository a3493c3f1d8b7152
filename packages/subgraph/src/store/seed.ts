// A store is seeded once, in one transaction that also leaves the mark: a killed seed leaves nothing, a finished one is
// never repeated, and two processes that start together do not both do it.
import type { EntityManager } from 'typeorm';
import { quoteName } from './statement.js';
import type { EntityClass, Store } from './store.js';
import { tableOf } from './table.js';

export interface SeedContext {
  readonly manager: EntityManager;
  /** 1 is the small shop; 100 is a hundred times that. */
  readonly scale: number;
  /** Says how far a long step has come. */
  readonly progress: (what: string, done: number, total: number) => void;
}

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
 * Inserts rows in bulk, one array parameter a column (`unnest`), so that the text is the same for every batch.
 *
 * @param rows objects keyed by the entity's properties; every row has the properties of the first
 * @returns how many rows were inserted
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
    const properties = Object.keys(first) as (keyof E & string)[];
    const columns = properties.map((property) => {
      const column = table.columns.get(property);
      if (column === undefined)
        throw new TypeError(`expected a property of ${table.entityName} but got "${property}"`);
      return column;
    });
    const names = columns.map((column) => column.sql).join(', ');
    const arrays = columns.map((column, index) => `$${index + 1}::${column.type}[]`).join(', ');
    const target = manager.dataSource.getMetadata(entity).tablePath.split('.').map(quoteName).join('.');
    await manager.query(
      `INSERT INTO ${target} (${names}) SELECT * FROM unnest(${arrays})`,
      properties.map((property) => batch.map((row) => row[property])),
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
