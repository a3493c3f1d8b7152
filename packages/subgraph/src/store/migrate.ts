// Migrations run under an advisory lock, so that any number of processes may start at once: the first migrates, the others
// wait and find nothing to do. A store that is newer than the code is refused rather than served with wrong columns.
import type { Store } from './store.js';

/** The advisory lock that guards a store's schema. Advisory locks are per database, so one number serves every store. */
const migrationLock = 7_358_001;

/** Brings the store to the code's schema. Returns the names of the migrations that ran. */
export async function migrate(store: Store): Promise<string[]> {
  return underLock(store, async () => {
    await refuseNewerSchema(store);
    const ran = await store.dataSource.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  });
}

/** Takes back the last `count` migrations, newest first. */
export async function revert(store: Store, count: number): Promise<void> {
  await underLock(store, async () => {
    await refuseNewerSchema(store);
    for (let left = count; left > 0; left -= 1)
      await store.dataSource.undoLastMigration({ transaction: 'each' });
  });
}

async function underLock<T>(store: Store, work: () => Promise<T>): Promise<T> {
  await store.open();
  // A connection of its own: the lock is the session's, and is gone with it even when this process is killed.
  const session = await store.connect();
  try {
    await session.query('SET statement_timeout = 0');
    await session.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    return await work();
  } finally {
    // Destroyed rather than returned: it has settings and a lock that no other user of the pool should meet.
    session.release(true);
  }
}

async function refuseNewerSchema(store: Store): Promise<void> {
  const known = new Set(store.dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name));
  const unknown = (await appliedMigrations(store)).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `expected a store whose migrations this code knows but got one that also has ${unknown.join(', ')}: ` +
        'it was migrated by a newer version, which this one must not serve or change',
    );
  }
}

async function appliedMigrations(store: Store): Promise<string[]> {
  const session = await store.connect();
  try {
    const exists = await session.query<{ found: boolean }>(
      `SELECT to_regclass('selvedge_migrations') IS NOT NULL AS found`,
    );
    if (exists.rows[0]?.found !== true) return [];
    const applied = await session.query<{ name: string }>('SELECT name FROM selvedge_migrations');
    return applied.rows.map(({ name }) => name);
  } finally {
    session.release();
  }
}
