// The reference supergraph as it ships: its subgraphs on the kit and TypeORM, each with a store of its own on one real PostgreSQL.
// Only lifetimes differ: all that is public may be kept for longer than a run takes, so that what is measured are hits.
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provisionStore } from '@selvedge/embedded';
import { Client } from 'pg';
import { Child } from '../../measuring/child.js';
import { openPostgres, type BenchPostgres } from '../../measuring/postgres.js';
import { otherCpu } from '../../measuring/router-process.js';
import { withLifetimes } from './lifetimes.js';
import type { Origin } from './origin.js';

const subgraphNames = ['accounts', 'catalog', 'inventory', 'orders', 'payments', 'reviews'] as const;

type SubgraphName = (typeof subgraphNames)[number];

/** Seconds; longer than any run. */
const maxAge = 86_400;

/** @param scale of the seed: 1 is 1,000 products and 5,000 reviews */
export async function openShop(scale: number): Promise<Origin> {
  const postgres = await openPostgres(false);
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    await Promise.allSettled(children.map((child) => child.stop()));
    await postgres.remove();
  };
  try {
    const urls = new Map<string, string>();
    const started = await Promise.allSettled(
      subgraphNames.map(async (name) => {
        const child = await startSubgraph(name, postgres, scale);
        children.push(child);
        urls.set(name, `${String(child.listening['url'])}/graphql`);
      }),
    );
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    let before = 0;
    const sum = async (of: 'cpuSeconds' | 'requests'): Promise<number> =>
      (await Promise.all(children.map((child) => child.usage()))).reduce(
        (total, usage) => total + usage[of],
        0,
      );
    return {
      names: subgraphNames,
      supergraph: withUrls(await readFile('supergraph.graphql', 'utf8'), urls),
      takeRequests: async () => {
        const requests = await sum('requests');
        const since = requests - before;
        before = requests;
        return since;
      },
      usage: async () => ({
        subgraphCpuSeconds: await sum('cpuSeconds'),
        storeCpuSeconds: postgres.cpuSeconds(),
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves when it has filled its store and answers. */
async function startSubgraph(name: SubgraphName, postgres: BenchPostgres, scale: number): Promise<Child> {
  const password = randomBytes(12).toString('base64url');
  const databaseUrl = await provisionStore(postgres.url, { database: name, role: name, password });
  const schemaPath = join(postgres.folder, `${name}.graphql`);
  const schema = await readFile(`subgraphs/${name}/schema.graphql`, 'utf8');
  await writeFile(schemaPath, withLifetimes(schema, maxAge));
  const child = await Child.start({
    file: `subgraphs/${name}/dist/main.js`,
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      SEED_SCALE: String(scale),
      SUBGRAPH_SCHEMA: schemaPath,
      SELVEDGE_TOKEN_KEY: '',
      LOG_LEVEL: 'error',
    },
    cpu: otherCpu,
    countsRequests: true,
    saysReady: true,
  });
  await settle(databaseUrl);
  return child;
}

/** What the server would do by itself after so many writes, and amidst a turn. */
async function settle(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}

function withUrls(supergraph: string, urls: ReadonlyMap<string, string>): string {
  return supergraph.replace(/@join__graph\(name: "([^"]+)", url: "[^"]*"\)/g, (_, name: string) => {
    const url = urls.get(name);
    if (url === undefined) throw new Error(`expected a subgraph of the shop but got ${name}`);
    return `@join__graph(name: "${name}", url: "${url}")`;
  });
}
