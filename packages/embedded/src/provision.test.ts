import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropStore, provisionStore } from './provision.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './start.js';
import { installTestApp } from './test-app.js';
import { makeThrowawayFolder } from './throwaway-folder.js';

let folder: string;
let server: EmbeddedPostgres;

beforeAll(async () => {
  folder = await makeThrowawayFolder('provision');
  server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function inDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

const store = (name: string): { database: string; role: string; password: string } => ({
  database: `${name}_db`,
  role: `${name}-Role`,
  password: `it's a "p\\w" $$ @:/%?#é`,
});

describe('a store', () => {
  it('belongs to its role, which logs in with any password and may nothing more', async () => {
    const url = await provisionStore(server.url, store('one'));
    await query(url, 'CREATE TABLE t (id int); CREATE SCHEMA s; CREATE EXTENSION pg_trgm');
    expect(
      await query(
        url,
        `SELECT current_user AS me, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
                rolsuper, rolcreaterole, rolcreatedb
         FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`,
      ),
    ).toEqual([
      {
        me: 'one-Role',
        owner: 'one-Role',
        encoding: 'UTF8',
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
      },
    ]);
  });

  it("cannot be opened by another store's role, in either direction", async () => {
    const [a, b] = await Promise.all([
      provisionStore(server.url, store('a')),
      provisionStore(server.url, store('b')),
    ]);
    await query(a, 'CREATE TABLE secret AS SELECT 1 AS id');
    await expect(query(inDatabase(b, 'a_db'), 'SELECT * FROM secret')).rejects.toThrow(
      'permission denied for database "a_db"',
    );
    await expect(query(inDatabase(a, 'b_db'), 'SELECT 1')).rejects.toThrow(
      'permission denied for database "b_db"',
    );
    await expect(query(b, 'SET ROLE "a-Role"')).rejects.toThrow('permission denied');
  });

  it('is kept when provisioned again, with the new password', async () => {
    const before = await provisionStore(server.url, store('again'));
    await query(before, 'CREATE TABLE kept AS SELECT 1 AS id');
    const after = await provisionStore(server.url, { ...store('again'), password: 'new' });
    expect(await query(after, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await expect(query(before, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('is provisioned by two processes at once', async () => {
    const app = await installTestApp();
    try {
      const urls = await Promise.all([1, 2].map(() => app.provision(server.url, store('twice'))));
      expect(new Set(urls).size).toBe(1);
      expect(await query(urls[0] ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await rm(app.folder, { recursive: true, force: true });
    }
  });

  it('is provisioned and dropped by many at once', async () => {
    const work = Array.from({ length: 12 }, (_, i) => provisionStore(server.url, store(`many${i % 3}`)));
    expect(new Set(await Promise.all(work)).size).toBe(3);
    await Promise.all(Array.from({ length: 6 }, (_, i) => dropStore(server.url, store(`many${i % 3}`))));
    expect(await query(server.url, `SELECT datname FROM pg_database WHERE datname LIKE 'many%'`)).toEqual([]);
    expect(await query(server.url, `SELECT rolname FROM pg_roles WHERE rolname LIKE 'many%'`)).toEqual([]);
  });

  it('is dropped while a session is open', async () => {
    const session = new Client({ connectionString: await provisionStore(server.url, store('open')) });
    session.on('error', () => undefined);
    await session.connect();
    await dropStore(server.url, store('open'));
    await dropStore(server.url, store('open'));
    expect(await query(server.url, `SELECT datname FROM pg_database WHERE datname = 'open_db'`)).toEqual([]);
  });

  it('is made by an admin who has no more than CREATEROLE and CREATEDB', async () => {
    await query(server.url, `CREATE ROLE clerk LOGIN CREATEROLE CREATEDB PASSWORD 'clerk'`);
    const admin = new URL(server.url);
    admin.username = 'clerk';
    admin.password = 'clerk';
    for (const attempt of ['new', 'again']) {
      const url = await provisionStore(admin.href, store('clerks'));
      expect(await query(url, 'SELECT 1 AS one'), attempt).toEqual([{ one: 1 }]);
    }
    await provisionStore(server.url, store('other'));
    expect(
      await query(server.url, `SELECT has_database_privilege('other-Role', 'clerks_db', 'CONNECT') AS may`),
    ).toEqual([{ may: false }]);
    await dropStore(admin.href, store('clerks'));
    expect(await query(server.url, `SELECT rolname FROM pg_roles WHERE rolname = 'clerks-Role'`)).toEqual([]);
  });
});

describe('what provisioning refuses', () => {
  it("somebody else's role, whose password would be changed", async () => {
    await query(server.url, `CREATE ROLE payroll LOGIN PASSWORD 'payroll'`);
    for (const role of ['payroll', 'postgres']) {
      await expect(provisionStore(server.url, { database: 'x', role, password: 'p' })).rejects.toThrow(
        `expected the role ${role} to be missing or made by Selvedge for x, but it is somebody else's`,
      );
    }
    const url = new URL(server.url);
    url.username = url.password = 'payroll';
    expect(await query(url.href, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it("somebody else's database", async () => {
    await query(server.url, 'CREATE DATABASE ledger');
    await expect(provisionStore(server.url, { ...store('ledger'), database: 'ledger' })).rejects.toThrow(
      'expected the database ledger to be missing or owned by ledger-Role, but postgres owns it',
    );
  });

  it('names that PostgreSQL or a URL would change', async () => {
    for (const name of ['', 'a b', '1st', 'x'.repeat(64), 'a/b', 'é']) {
      const wrong = { database: name, role: 'r', password: 'p' };
      await expect(provisionStore(server.url, wrong)).rejects.toThrow(`but got ${JSON.stringify(name)}`);
    }
  });

  it('a server that is not there, without telling the password', async () => {
    const error: unknown = await provisionStore('postgres://u:secret@127.0.0.1:1/x', store('x')).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toMatch(/cannot connect to PostgreSQL at 127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(String(error)).not.toContain('secret');
    await expect(provisionStore('mysql://u:p@h/x', store('x'))).rejects.toThrow(
      'expected a URL like postgres://',
    );
  });
});

describe('the URL of a store', () => {
  it('keeps what the admin URL says of the connection', async () => {
    const url = await provisionStore(`${server.url}?application_name=shop`, store('parameters'));
    expect(url).toMatch(/\/parameters_db\?application_name=shop$/);
    expect(await query(url, `SELECT current_setting('application_name') AS name`)).toEqual([
      { name: 'shop' },
    ]);
  });
});
