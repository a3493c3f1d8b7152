// vitest's globalSetup: one PostgreSQL for the whole run, so that a test file pays for a clone of a database and not for a
// server. TEST_DATABASE_URL (a superuser's URL) names an existing server instead.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeThrowawayFolder, startEmbeddedPostgres } from '@selvedge/embedded';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { guard } from './guard.js';
import { dropDatabasesOfRun } from './run-databases.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** `run` is part of the name of every database and role that the run makes. Undefined where the setup did not run. */
    selvedgePostgres: { readonly adminUrl: string; readonly run: string } | undefined;
  }
}

/** Returns the teardown, which vitest calls after failing tests as well. */
export default async function setup(project: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const run = randomBytes(4).toString('hex');
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    await checkServer(given);
    project.provide('selvedgePostgres', { adminUrl: given, run });
    return () => dropDatabasesOfRun(given, run);
  }
  const folder = await makeThrowawayFolder('test');
  try {
    const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
    // Usually the folder itself; elsewhere when PostgreSQL's user cannot reach the temporary folder.
    const home = dirname(server.dataDir);
    const watch = guard(server.pid, home);
    project.provide('selvedgePostgres', { adminUrl: server.url, run });
    return async () => {
      await server.stop();
      for (const made of new Set([home, folder])) await rm(made, { recursive: true, force: true });
      watch.dismiss();
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function checkServer(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ rolsuper: boolean }>(
      'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
    );
    if (rows[0]?.rolsuper !== true) throw new Error('expected TEST_DATABASE_URL to name a superuser');
  } finally {
    await client.end();
  }
}
