// A PostgreSQL of the benchmark's own, filled, and removed with everything of it at the end, also at Ctrl-C.
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@selvedge/embedded';
import { Client } from 'pg';
import { schemaText, storeSql } from './library.js';

export interface BenchStore {
  readonly url: string;
  /** A file with the schema that all contestants serve. */
  readonly schemaPath: string;
  readonly authorIds: readonly string[];
  remove(): Promise<void>;
}

export async function openStore(): Promise<BenchStore> {
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-bench-subgraph-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  let removal: Promise<void> | undefined;
  const remove = (): Promise<void> => (removal ??= removed(postgres, folder));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void remove().finally(() => process.exit(130)));
  const schemaPath = join(folder, 'schema.graphql');
  try {
    await writeFile(schemaPath, schemaText);
    return { url: postgres.url, schemaPath, authorIds: await fill(postgres.url), remove };
  } catch (error) {
    await remove();
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

async function removed(postgres: EmbeddedPostgres, folder: string): Promise<void> {
  await postgres.stop();
  await rm(postgres.dataDir, { recursive: true, force: true });
  // Where the data had to go elsewhere, its folder has nothing else in it.
  await rmdir(dirname(postgres.dataDir)).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
}
