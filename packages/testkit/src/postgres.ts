// A database for a test file, empty or cloned from a template, on the server that the global setup started.
import { randomBytes } from 'node:crypto';
import { dropStore, provisionStore } from '@selvedge/embedded';
import { escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { nameInRun, withAdmin } from './run-databases.js';

export interface TestStore {
  /** As the store's own role, which owns everything in it and is no superuser. */
  readonly url: string;
  /** As the server's superuser, in database `postgres`. */
  readonly adminUrl: string;
  /** The name of the database, and of its role. */
  readonly database: string;
  /** Ends its sessions and removes database and role. Idempotent. */
  drop(): Promise<void>;
}

export interface TestStoreOptions {
  /** What {@link ensureTemplate} returned. Default: an empty database. */
  readonly template?: string;
}

/** The superuser's URL of the run's server, for tests that provision by themselves. Throws when the global setup did not run. */
export function testAdminUrl(): string {
  return currentRun().adminUrl;
}

export async function createTestStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const { adminUrl, run } = currentRun();
  const database = nameInRun(run, randomBytes(6).toString('hex'));
  const password = randomBytes(12).toString('base64url');
  if (options.template !== undefined) await clone(adminUrl, options.template, database);
  const mine = { database, role: database };
  // On a clone this adds nothing but the password, and takes CONNECT from everybody else.
  const url = await provisionStore(adminUrl, { ...mine, password });
  return { url, adminUrl, database, drop: () => dropStore(adminUrl, mine) };
}

/**
 * Makes a template once a run, whichever test file comes first (the others wait), and returns its name for
 * `createTestStore`. `prepare` gets the URL of an empty store, and migrates and seeds it. `name`: lower-case letters, digits
 * and `_`, at most 30.
 */
export async function ensureTemplate(name: string, prepare: (url: string) => Promise<void>): Promise<string> {
  if (!/^[a-z0-9_]{1,30}$/.test(name)) {
    throw new Error(`expected at most 30 of a-z, 0-9 and "_" but got ${JSON.stringify(name)}`);
  }
  const { adminUrl, run } = currentRun();
  const template = nameInRun(run, name);
  const identifier = escapeIdentifier(template);
  await withAdmin(adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const { rows } = await admin.query<{ datistemplate: boolean }>(
      'SELECT datistemplate FROM pg_database WHERE datname = $1',
      [template],
    );
    if (rows[0]?.datistemplate === true) return;
    // Half a template: whoever prepared it failed or was killed.
    if (rows[0] !== undefined) await dropStore(adminUrl, { database: template, role: template });
    const password = randomBytes(12).toString('base64url');
    await prepare(await provisionStore(adminUrl, { database: template, role: template, password }));
    // The role keeps its tables, yet not the database: REASSIGN OWNED in a clone would hand that over too.
    await admin.query(`ALTER DATABASE ${identifier} OWNER TO CURRENT_USER`);
    await admin.query(`ALTER DATABASE ${identifier} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`);
    await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [
      template,
    ]);
  });
  return template;
}

/** Makes the role and its copy of the template, every table of which then belongs to the role. */
async function clone(adminUrl: string, template: string, database: string): Promise<void> {
  const role = escapeIdentifier(database);
  await withAdmin(adminUrl, async (admin) => {
    await admin.query(`CREATE ROLE ${role}; COMMENT ON ROLE ${role} IS 'Selvedge: owner of ${database}'`);
    await admin.query(`CREATE DATABASE ${role} OWNER ${role} TEMPLATE ${escapeIdentifier(template)}`);
  });
  const inside = new URL(adminUrl);
  inside.pathname = `/${database}`;
  await withAdmin(inside.href, (admin) =>
    admin.query(`REASSIGN OWNED BY ${escapeIdentifier(template)} TO ${role}`),
  );
}

function currentRun(): { readonly adminUrl: string; readonly run: string } {
  const provided: { readonly adminUrl: string; readonly run: string } | undefined =
    inject('selvedgePostgres');
  if (provided === undefined) {
    throw new Error(
      'expected vitest to have run @selvedge/testkit/global-setup (vitest.config.ts, globalSetup)',
    );
  }
  return provided;
}
