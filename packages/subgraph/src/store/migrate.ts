// Migrations run under an advisory lock, so that any number of processes may start at once: the first migrates, the others
// wait and find nothing to do. What they change without a trigger is announced as a write to everything. A store that is newer than the code is refused rather than served with wrong columns.
import { announceAll } from '@selvedge/events';
import { MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Store } from './store.js';
import { storeError, storeUnavailable } from './store-error.js';

/** The advisory lock that guards a store's schema. Advisory locks are per database, so one number serves every store. */
const migrationLock = 7_358_001;

/**
 * Brings the store to the code's schema, each migration in a transaction of its own.
 *
 * @returns the names of the migrations that ran
 * @throws STORE_UNAVAILABLE when the store is away; an Error when it is newer than the code, or a migration fails
 */
export async function migrate(store: Store): Promise<string[]> {
  return underLock(store, async (executor, session) => {
    await refuseNewerSchema(store, executor);
    const ran = await executor.executePendingMigrations();
    if (ran.length > 0) await announceAll(session);
    return ran.map(({ name }) => name);
  });
}

/**
 * Holds the store to the code's schema without changing it, for a process that leaves migrating to another.
 *
 * @throws STORE_UNAVAILABLE while it is away, or migrations have yet to run; an Error when it is newer than the code
 */
export async function checkMigrated(store: Store): Promise<void> {
  await store.open();
  const executor = new MigrationExecutor(store.dataSource);
  try {
    await refuseNewerSchema(store, executor);
    const pending = await executor.getPendingMigrations();
    if (pending.length === 0) return;
    const names = pending.map(({ name }) => name).join(', ');
    throw storeUnavailable(new Error(`migrations have yet to run: ${names}`));
  } catch (error) {
    throw storeError(error);
  }
}

/**
 * Takes back the last `count` migrations, newest first; fewer where there are fewer.
 *
 * @returns the names of the migrations that were taken back
 * @throws as `migrate` does
 */
export async function revert(store: Store, count: number): Promise<string[]> {
  return underLock(store, async (executor, session) => {
    await refuseNewerSchema(store, executor);
    const reverted: string[] = [];
    while (reverted.length < count) {
      const [last] = await executor.getExecutedMigrations();
      if (last === undefined) break;
      await executor.undoLastMigration();
      reverted.push(last.name);
    }
    if (reverted.length > 0) await announceAll(session);
    return reverted;
  });
}

/**
 * Lock and migrations share one session. Were they two, a killed process would give up its lock at once, while the server
 * still works on the statement that it was killed in, and the next process would migrate beside it.
 */
async function underLock<T>(
  store: Store,
  work: (executor: MigrationExecutor, session: QueryRunner) => Promise<T>,
): Promise<T> {
  await store.open();
  const session = store.dataSource.createQueryRunner();
  try {
    // Building an index may take longer than any read is given.
    await session.query('SET statement_timeout = 0');
    await session.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const executor = new MigrationExecutor(store.dataSource, session);
    executor.transaction = 'each';
    return await work(executor, session);
  } catch (error) {
    // TypeORM releases the session of a lost connection, and then only says of every query that it was released.
    throw session.isReleased ? storeUnavailable(error) : storeError(error);
  } finally {
    await giveBack(session);
  }
}

/** The connection goes back to the pool, where nobody should meet its lock and its settings. */
async function giveBack(session: QueryRunner): Promise<void> {
  if (session.isReleased) return;
  try {
    await session.query('RESET statement_timeout');
    await session.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
  } catch {
    // A connection that is lost by now has taken lock and settings with it.
  }
  await session.release();
}

async function refuseNewerSchema(store: Store, executor: MigrationExecutor): Promise<void> {
  const known = new Set(store.dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name));
  const applied = await executor.getExecutedMigrations();
  const unknown = applied.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `expected a store whose migrations this code knows but got one that also has ${unknown.join(', ')}: ` +
        'it was migrated by a newer version, which this one must not serve or change',
    );
  }
}
