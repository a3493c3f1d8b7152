// Starts the library in the test's own process, on a store of its own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTestStore } from '@selvedge/testkit';
import { pino } from 'pino';
import { vi } from 'vitest';
import {
  startSubgraph,
  type RunningSubgraph,
  type SubgraphConfig,
  type SubgraphDefinition,
} from '../index.js';
import { libraryDefinition, librarySchema } from './library.js';

export interface RunningLibrary extends RunningSubgraph {
  readonly databaseUrl: string;
  /** Posts an operation and gives back status, headers and parsed body. */
  post(body: unknown, headers?: Record<string, string>): Promise<Posted>;
  /** The statements that the reads send while the work runs. */
  statementsOf(work: () => Promise<unknown>): Promise<string[]>;
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface LibraryOptions extends Partial<SubgraphDefinition> {
  readonly config?: Partial<SubgraphConfig>;
  /** The text of its schema. */
  readonly sdl?: string;
  /** How many authors are seeded; 10 unless told. */
  readonly authors?: number;
  /** What it logs, a JSON line each. */
  readonly logTo?: string[];
}

/** Starts the library, ready to serve; with a `databaseUrl` in its configuration it only listens. */
export async function startLibrary(options: LibraryOptions = {}): Promise<RunningLibrary> {
  const { config, sdl = librarySchema, authors = 10, logTo, ...definition } = options;
  const testStore = config?.databaseUrl === undefined ? await createTestStore() : undefined;
  const databaseUrl = config?.databaseUrl ?? testStore?.url ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-library-'));
  const schemaPath = join(folder, 'schema.graphql');
  await writeFile(schemaPath, sdl);
  const subgraph = await startSubgraph(
    { ...libraryDefinition, schema: pathToFileURL(schemaPath), ...definition },
    {
      host: '127.0.0.1',
      port: 0,
      migrate: true,
      seedScale: authors,
      tokenKey: null,
      schemaPath: null,
      cache: null,
      logLevel: 'silent',
      ...config,
      databaseUrl,
    },
    {
      log: logTo === undefined ? pino({ level: 'silent' }) : pino({}, { write: (line) => logTo.push(line) }),
    },
  ).finally(() => rm(folder, { recursive: true }));
  if (testStore !== undefined) await subgraph.ready;
  return {
    ...subgraph,
    databaseUrl,
    post: (body, headers) => post(subgraph.url, body, headers),
    statementsOf: (work) => statementsOf(subgraph, work),
    async stop() {
      await subgraph.stop();
      await testStore?.drop();
    },
  };
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Posted> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function statementsOf({ store }: RunningSubgraph, work: () => Promise<unknown>): Promise<string[]> {
  const spies = [vi.spyOn(store, 'query')];
  try {
    await work();
    return spies.flatMap(({ mock }) => mock.calls.map(([{ text }]) => text));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
