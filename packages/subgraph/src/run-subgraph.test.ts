// A subgraph as a process: its commands, and what is left when it is killed in the middle of one.
import { createServer, type AddressInfo } from 'node:net';
import { createTestStore, type TestStore } from '@selvedge/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { migrationGate, seedGate } from './testing/library.js';
import { bundleLibrary, type LibraryBundle } from './testing/library-bundle.js';

let bundle: LibraryBundle;
let store: TestStore;
let client: pg.Client;
beforeAll(async () => {
  bundle = await bundleLibrary();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  store = await createTestStore();
  client = new pg.Client(store.url);
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await store.drop();
});

/** Runs a command to its end. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; log: string }> {
  const child = bundle.spawn(args, { DATABASE_URL: store.url, ...env });
  const { code } = await child.exited;
  return { code, log: child.log() };
}

async function column<T>(sql: string): Promise<T[]> {
  const { rows } = await client.query<{ value: T }>(sql);
  return rows.map(({ value }) => value);
}

const patience = { timeout: 15_000 };

const tables = (): Promise<string[]> =>
  column(
    `SELECT tablename AS value FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^selvedge' ORDER BY 1`,
  );
const applied = (): Promise<string[]> => column('SELECT name AS value FROM selvedge_migrations ORDER BY id');

/** Resolves once so many sessions of the store wait for an advisory lock: the gate, or the one that guards migrations. */
async function sessionsWait(count: number): Promise<void> {
  await expect
    .poll(
      () =>
        column(
          `SELECT count(*)::int4 AS value FROM pg_locks JOIN pg_database ON database = pg_database.oid
           WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`,
        ),
      patience,
    )
    .toEqual([count]);
}

const libraryTables = ['authors', 'books', 'copies', 'readers'];
const first = 'CreateLibrary1700000000000';
const second = 'CreateReaders1700000000001';

describe('migrate', () => {
  it('is safe in several processes at once, and does nothing a second time', async () => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationGate]);
    const running = [run(['migrate']), run(['migrate']), run(['migrate'])];
    await sessionsWait(3);
    await client.query('SELECT pg_advisory_unlock($1)', [migrationGate]);
    const runs = await Promise.all(running);
    const logs = runs.map(({ log }) => log).sort();
    expect(logs).toEqual([`migrated: ${first}, ${second}\n`, 'nothing to migrate\n', 'nothing to migrate\n']);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await tables()).toEqual(libraryTables);
    expect(await applied()).toEqual([first, second]);
  });

  it('killed in the middle of one, leaves the store at the one before, and the next process finishes', async () => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationGate]);
    const killed = bundle.spawn(['migrate'], { DATABASE_URL: store.url });
    await sessionsWait(1);
    await killed.kill();
    expect(await tables()).toEqual(['authors', 'books', 'copies']);
    // Starts while the server still works on the statement of the dead.
    const next = bundle.spawn(['migrate'], { DATABASE_URL: store.url });
    await sessionsWait(2);
    await client.query('SELECT pg_advisory_unlock($1)', [migrationGate]);
    expect(await next.exited).toEqual({ code: 0, signal: null });
    expect(next.log()).toBe(`migrated: ${second}\n`);
    expect(await tables()).toEqual(libraryTables);
  });

  it('may take longer than a statement of a request', async () => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationGate]);
    const child = bundle.spawn(['migrate'], { DATABASE_URL: store.url, LIBRARY_STATEMENT_TIMEOUT: '50' });
    await sessionsWait(1);
    await client.query('SELECT pg_sleep(0.2)');
    await client.query('SELECT pg_advisory_unlock($1)', [migrationGate]);
    await child.exited;
    expect(child.log()).toBe(`migrated: ${first}, ${second}\n`);
  });

  it('is taken back migration by migration, by name, and says when there is none left', async () => {
    await run(['migrate']);
    expect((await run(['revert'])).log).toBe(`reverted: ${second}\n`);
    expect(await tables()).toEqual(['authors', 'books', 'copies']);
    expect((await run(['migrate'])).log).toBe(`migrated: ${second}\n`);
    expect((await run(['revert', '5'])).log).toBe(`reverted: ${second}, ${first}\n`);
    expect(await tables()).toEqual([]);
    expect((await run(['revert'])).log).toBe('nothing to revert\n');
  });

  it.each(['migrate', 'revert', 'serve'])(
    'refuses to %s a store that is newer than the code',
    async (command) => {
      await run(['migrate']);
      const { code, log } = await run([command], { LIBRARY_VERSION: '1' });
      expect({ code, log }).toEqual({
        code: 1,
        log:
          `library: expected a store whose migrations this code knows but got one that also has ${second}: ` +
          'it was migrated by a newer version, which this one must not serve or change\n',
      });
      expect(await tables()).toEqual(libraryTables);
    },
  );
});

describe('with MIGRATE=false', () => {
  const env = { MIGRATE: 'false' };

  it('waits until another process has migrated, and changes nothing itself', async () => {
    const child = bundle.spawn([], { DATABASE_URL: store.url, ...env });
    const { url } = await child.waitFor('listening');
    await child.waitForLog(
      /migrations have yet to run: CreateLibrary1700000000000, CreateReaders1700000000001/,
    );
    expect((await fetch(`${url}/readiness`)).status).toBe(503);
    expect(await tables()).toEqual([]);
    await run(['migrate']);
    await child.waitFor('ready');
    expect((await fetch(`${url}/readiness`)).status).toBe(200);
    await child.stop();
  });

  it('refuses a store that is newer than the code as well', async () => {
    await run(['migrate']);
    const { code, log } = await run([], { ...env, LIBRARY_VERSION: '1' });
    expect({ code, log }).toEqual({
      code: 1,
      log: expect.stringContaining(`that also has ${second}`) as string,
    });
  });
});

describe('seed', () => {
  it('killed midway leaves nothing, and the next start seeds whole', async () => {
    await run(['migrate']);
    await client.query('SELECT pg_advisory_lock($1)', [seedGate]);
    const killed = bundle.spawn(['seed'], { DATABASE_URL: store.url, SEED_SCALE: '4' });
    await sessionsWait(1);
    await killed.kill();
    await client.query('SELECT pg_advisory_unlock($1)', [seedGate]);
    const next = bundle.spawn([], { DATABASE_URL: store.url, SEED_SCALE: '4' });
    await next.waitFor('ready');
    await next.stop();
    expect(
      await column('SELECT count(*)::int4 AS value FROM authors UNION ALL SELECT count(*)::int4 FROM books'),
    ).toEqual([4, 12]);
    expect((await run(['seed'])).log).toBe('seeded before\n');
  });

  it('is done once by processes that start together', async () => {
    await client.query('SELECT pg_advisory_lock($1)', [seedGate]);
    const children = [1, 2].map(() => bundle.spawn([], { DATABASE_URL: store.url, SEED_SCALE: '3' }));
    await sessionsWait(2);
    await client.query('SELECT pg_advisory_unlock($1)', [seedGate]);
    for (const child of children) await child.waitFor('ready');
    expect(await column('SELECT count(*)::int4 AS value FROM authors')).toEqual([3]);
    for (const child of children) expect(await child.stop()).toEqual({ code: 0, signal: null });
  });

  it('does not outlive the process that was asked to stop in the middle of it', async () => {
    await client.query('SELECT pg_advisory_lock($1)', [seedGate]);
    const child = bundle.spawn([], { DATABASE_URL: store.url, SEED_SCALE: '3' });
    await sessionsWait(1);
    child.stop('SIGTERM').catch(() => undefined);
    expect(await child.exited).toEqual({ code: 0, signal: null });
    await client.query('SELECT pg_advisory_unlock($1)', [seedGate]);
    await expect
      .poll(
        () =>
          column(
            `SELECT pid AS value FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
          ),
        patience,
      )
      .toEqual([]);
    expect(await tables()).toEqual(libraryTables);
    expect(await column('SELECT id AS value FROM authors')).toEqual([]);
  });
});

describe('serve', () => {
  it('tells its parent when it listens and is ready, and ends with it', async () => {
    const child = bundle.spawn([], { DATABASE_URL: store.url });
    const { url } = await child.waitFor('listening');
    await child.waitFor('ready');
    expect((await fetch(`${url}/readiness`)).status).toBe(200);
    expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null });
  });

  it('asked to stop while it waits for its store, ends without an error', async () => {
    const child = bundle.spawn([], {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      LOG_LEVEL: 'silent',
    });
    await child.waitFor('listening');
    expect(await child.stop()).toEqual({ code: 0, signal: null });
    expect(child.messages().map(({ type }) => type)).not.toContain('failed');
    expect(child.log()).toBe('');
  });

  it('says in a sentence that its port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      holder.close();
    });
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as AddressInfo;
    expect(await run([], { PORT: String(port) })).toEqual({
      code: 1,
      log: `library: PORT: expected a free port but got ${port}, on which another process listens\n`,
    });
  });

  it.each([
    [
      { SUBGRAPH_SCHEMA: '/nowhere/schema.graphql' },
      'SUBGRAPH_SCHEMA: expected a schema file that can be read but got /nowhere/schema.graphql',
    ],
    [{ HOST: '192.0.2.1' }, 'HOST: expected an address of this machine but got 192.0.2.1'],
    [
      { PORT: '70000', SEED_SCALE: '-1', DATABASE_URL: '' },
      'PORT: expected a port number from 0 to 65535 but got "70000"\n' +
        'DATABASE_URL: expected a URL like postgres://role:password@host:5432/database but got nothing\n' +
        'SEED_SCALE: expected a number of at least 0 but got "-1"',
    ],
  ])('says what is wrong with %j', async (env, message) => {
    expect(await run([], env)).toEqual({ code: 1, log: `library: ${message}\n` });
  });
});

describe('the command line', () => {
  it.each([
    [['dance'], 'expected serve, migrate, revert, seed or --help but got "dance"'],
    [['revert', 'all'], 'expected `revert [n]` with n of at least 1 but got "all"'],
    [['revert', '0'], 'expected `revert [n]` with n of at least 1 but got "0"'],
  ])('refuses %j', async (args, message) => {
    expect(await run(args)).toEqual({ code: 1, log: `library: ${message}\n` });
  });

  it('names every variable in its help', async () => {
    const { code, log } = await run(['--help'], { DATABASE_URL: '' });
    expect(code).toBe(0);
    for (const name of [
      'DATABASE_URL',
      'HOST',
      'PORT',
      'MIGRATE',
      'SEED_SCALE',
      'SELVEDGE_TOKEN_KEY',
      'LOG_LEVEL',
    ])
      expect(log).toContain(name);
  });
});
