// An empty store for a test file, and what its outbox holds.
import { createTestStore } from '@selvedge/testkit';
import { DataSource, type QueryRunner } from 'typeorm';
import { rowsOf, type SqlRunner } from '../runner.js';

export interface OutboxRow {
  readonly id: string;
  readonly xid: string;
  readonly op: string;
  readonly type: string;
  readonly key: string | null;
  readonly tags: readonly string[];
}

export interface OutboxStore {
  readonly url: string;
  /** Any free connection. */
  readonly source: DataSource;
  /** As the server's superuser, in this database. */
  readonly admin: DataSource;
  /** A session of its own, released at the end. */
  session(): Promise<QueryRunner>;
  close(): Promise<void>;
}

export async function openOutboxStore(): Promise<OutboxStore> {
  const store = await createTestStore();
  const adminUrl = new URL(store.adminUrl);
  adminUrl.pathname = `/${store.database}`;
  const source = await new DataSource({
    type: 'postgres',
    url: store.url,
    installExtensions: false,
  }).initialize();
  const admin = await new DataSource({
    type: 'postgres',
    url: adminUrl.href,
    installExtensions: false,
  }).initialize();
  const sessions: QueryRunner[] = [];
  return {
    url: store.url,
    source,
    admin,
    async session() {
      const runner = source.createQueryRunner();
      await runner.connect();
      sessions.push(runner);
      return runner;
    },
    async close() {
      await Promise.all(sessions.map((session) => session.release()));
      await Promise.all([source.destroy(), admin.destroy()]);
      await store.drop();
    },
  };
}

/** What the work leaves in the outbox, in order of id. */
export async function outboxOf(
  runner: SqlRunner,
  work: () => Promise<unknown>,
): Promise<readonly OutboxRow[]> {
  const [before] = await rowsOf<{ last: string }>(
    runner,
    'SELECT coalesce(max(id), 0) AS last FROM selvedge_outbox',
  );
  await work();
  return rowsOf<OutboxRow>(
    runner,
    'SELECT id, xid::text AS xid, op::text AS op, type, key, tags FROM selvedge_outbox WHERE id > $1 ORDER BY id',
    [before?.last],
  );
}

/** The same in short: `U 7: reviews:id=7 reviews:`. */
export async function announced(runner: SqlRunner, ...statements: readonly string[]): Promise<string[]> {
  const rows = await outboxOf(runner, async () => {
    for (const statement of statements) await runner.query(statement);
  });
  return rows.map(({ op, key, tags }) => `${op} ${key ?? '-'}: ${tags.join(' ')}`);
}
