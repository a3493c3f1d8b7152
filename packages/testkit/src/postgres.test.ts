import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestStore, ensureTemplate, testAdminUrl, type TestStore } from './postgres.js';
import { withAdmin } from './run-databases.js';

const stores: TestStore[] = [];

afterAll(async () => {
  for (const store of stores) await store.drop();
});

async function store(template?: string): Promise<TestStore> {
  const made = await createTestStore(template === undefined ? {} : { template });
  stores.push(made);
  return made;
}

describe('a test store', () => {
  it('is empty and belongs to a role that is no superuser', async () => {
    const { url, database } = await store();
    const { rows } = await withAdmin(url, (client) =>
      client.query(
        `SELECT current_database() AS database, rolsuper, rolcreatedb, rolcreaterole,
                (SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public') AS tables
         FROM pg_roles WHERE rolname = current_user`,
      ),
    );
    expect(rows).toEqual([
      { database, rolsuper: false, rolcreatedb: false, rolcreaterole: false, tables: 0 },
    ]);
  });

  it('cannot be opened by the role of another', async () => {
    const [one, other] = await Promise.all([store(), store()]);
    const url = new URL(one.url);
    url.pathname = `/${other.database}`;
    await expect(new Client({ connectionString: url.href }).connect()).rejects.toThrow(/permission denied/);
  });

  it('is dropped with its role while a session is open, and may be dropped twice', async () => {
    const made = await createTestStore();
    const session = new Client({ connectionString: made.url });
    session.on('error', () => undefined);
    await session.connect();
    await made.drop();
    await made.drop();
    const { rows } = await withAdmin(testAdminUrl(), (admin) =>
      admin.query(
        'SELECT datname AS name FROM pg_database WHERE datname = $1 UNION ALL SELECT rolname FROM pg_roles WHERE rolname = $1',
        [made.database],
      ),
    );
    expect(rows).toEqual([]);
  });
});

describe('a template', () => {
  it('is prepared once by several who ask at once, and its clones own their tables', async () => {
    let prepared = 0;
    const prepare = (url: string): Promise<void> =>
      withAdmin(url, async (client) => {
        prepared += 1;
        await client.query('CREATE TABLE product (id int PRIMARY KEY); INSERT INTO product VALUES (1)');
      });
    const names = await Promise.all([1, 2, 3].map(() => ensureTemplate('once', prepare)));
    expect(new Set(names).size).toBe(1);
    expect(prepared).toBe(1);

    const [one, other] = await Promise.all([store(names[0]), store(names[0])]);
    // Only an owner may alter a table.
    await withAdmin(one.url, (client) =>
      client.query('ALTER TABLE product ADD COLUMN name text; INSERT INTO product VALUES (2)'),
    );
    const { rows } = await withAdmin(other.url, (client) => client.query('SELECT * FROM product'));
    expect(rows).toEqual([{ id: 1 }]);
  });

  it('that failed to be prepared is prepared anew', async () => {
    const failing = ensureTemplate('twice', async (url) => {
      await withAdmin(url, (client) => client.query('CREATE TABLE half ()'));
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    const template = await ensureTemplate('twice', async (url) => {
      await withAdmin(url, (client) => client.query('CREATE TABLE whole ()'));
    });
    const { url } = await store(template);
    const { rows } = await withAdmin(url, (client) =>
      client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`),
    );
    expect(rows).toEqual([{ tablename: 'whole' }]);
  });

  it('with a name that would not fit is refused', async () => {
    await expect(ensureTemplate('With Spaces', () => Promise.resolve())).rejects.toThrow(
      'but got "With Spaces"',
    );
  });
});
