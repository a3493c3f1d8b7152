// The store of a run: a PostgreSQL of the benchmark's own, filled.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { openPostgres } from '../measuring/postgres.js';
import { schemaText, storeSql } from './library.js';

export interface BenchStore {
  readonly url: string;
  /** A file with the schema that all contestants serve. */
  readonly schemaPath: string;
  readonly authorIds: readonly string[];
  remove(): Promise<void>;
}

export async function openStore(): Promise<BenchStore> {
  const postgres = await openPostgres(false);
  // At Ctrl-C the store goes with this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const schemaPath = join(postgres.folder, 'schema.graphql');
  try {
    await writeFile(schemaPath, schemaText);
    const authorIds = await fill(postgres.url);
    return { url: postgres.url, schemaPath, authorIds, remove: () => postgres.remove() };
  } catch (error) {
    await postgres.remove();
    throw error;
  }
}

/** Makes the tables and their rows; the ids of the authors. */
async function fill(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(storeSql);
    const { rows } = await client.query<{ id: string }>('SELECT id FROM authors ORDER BY id');
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}
