// The whole system for a test file: six built subgraphs on stores of their own, cloned from seeded templates, and the built
// router in front of them. Everything is a real process on a free port, and ends with the file.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { user } from '@selvedge/shop-seed';
import {
  createTestStore,
  ensureTemplate,
  spawnNode,
  type NodeProcess,
  type TestStore,
} from '@selvedge/testkit';
import { SignJWT } from 'jose';
import { stringify } from 'yaml';

export const root = resolve(import.meta.dirname, '..');

export const subgraphNames = ['accounts', 'catalog', 'inventory', 'orders', 'payments', 'reviews'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

/** A GraphQL answer, and what of HTTP a test looks at. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly AnswerError[];
  readonly extensions: Record<string, unknown> | undefined;
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface Ask {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SystemOptions {
  /** Merged over the router.yaml that `npm start` would write. */
  readonly routerConfig?: Readonly<Record<string, unknown>>;
  /** `debug` logs every statement. */
  readonly logLevel?: string;
  /** Endpoints that take the place of subgraphs, which are then not started. */
  readonly instead?: Partial<Record<SubgraphName, string>>;
}

export interface System {
  readonly url: string;
  readonly tokens: { readonly staff: string; readonly customer: string };
  readonly supergraphFile: string;
  ask(query: string, options?: Ask): Promise<Answer>;
  subgraph(name: SubgraphName): NodeProcess;
  store(name: SubgraphName): TestStore;
  log(name: SubgraphName | 'router'): string;
  /** Ends the subgraph and starts it again on the same port, with another schema if one is given. */
  restart(name: SubgraphName, schema?: string): Promise<void>;
  /** Replaces the supergraph and waits until the router answers with it. */
  replaceSupergraph(sdl: string): Promise<void>;
  stop(): Promise<void>;
}

const key = randomBytes(32).toString('base64url');

/** Whoever starts it ends it: `stop` in the same file's `afterAll`. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-system-'));
  const running = subgraphNames.filter((name) => options.instead?.[name] === undefined);
  const stores = new Map<SubgraphName, TestStore>();
  const processes = new Map<SubgraphName, NodeProcess>();
  const urls = new Map<SubgraphName, string>();
  const environment = (name: SubgraphName): Record<string, string> => ({
    DATABASE_URL: found(stores, name).url,
    SELVEDGE_TOKEN_KEY: key,
    LOG_LEVEL: options.logLevel ?? 'info',
  });
  await Promise.all(running.map(async (name) => stores.set(name, await seededStore(name))));
  await Promise.all(
    running.map(async (name) => {
      const child = spawnNode(main(name), { env: environment(name) });
      processes.set(name, child);
      urls.set(name, (await child.waitFor('listening')).url);
      await child.waitFor('ready');
    }),
  );
  const endpoints = subgraphNames.map((name) => [
    name,
    options.instead?.[name] ?? `${found(urls, name)}/graphql`,
  ]);
  const config = {
    ...developmentConfig,
    ...options.routerConfig,
    override_subgraph_url: Object.fromEntries(endpoints) as object,
  };
  const configFile = join(folder, 'router.yaml');
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(configFile, stringify(config));
  await writeFile(supergraphFile, await readFile(join(root, 'supergraph.graphql')));
  const router = spawnNode(join(root, 'router/dist/main.js'), {
    args: ['--supergraph', supergraphFile, '--config', configFile, '--port', '0'],
    env: { LOG_LEVEL: 'info' },
  });
  const { url } = await router.waitFor('listening');
  await router.waitFor('ready');
  return {
    url,
    supergraphFile,
    tokens: { staff: await token(0, ['customer', 'staff']), customer: await token(1, ['customer']) },
    ask: (query, asked) => ask(`${url}/graphql`, query, asked),
    subgraph: (name) => found(processes, name),
    store: (name) => found(stores, name),
    log: (name) => (name === 'router' ? router.log() : found(processes, name).log()),
    async restart(name, schema) {
      await found(processes, name).stop();
      const schemaFile = join(folder, `${name}.graphql`);
      if (schema !== undefined) await writeFile(schemaFile, schema);
      const env = { ...environment(name), PORT: new URL(found(urls, name)).port };
      const child = spawnNode(main(name), {
        env: schema === undefined ? env : { ...env, SUBGRAPH_SCHEMA: schemaFile },
      });
      processes.set(name, child);
      await child.waitFor('ready');
    },
    async replaceSupergraph(sdl) {
      if (sdl === (await readFile(supergraphFile, 'utf8'))) return;
      const id = createHash('sha256').update(sdl).digest('hex');
      const loadedBefore = router.log().split(id).length - 1;
      await writeFile(`${supergraphFile}.new`, sdl);
      await rename(`${supergraphFile}.new`, supergraphFile);
      await router.waitForLog(new RegExp(`(${id}[^]*){${loadedBefore + 1}}`));
    },
    async stop() {
      await router.stop();
      await Promise.all([...processes.values()].map((child) => child.stop()));
      await Promise.all([...stores.values()].map((store) => store.drop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As `npm start` configures it; test/start.test.ts runs the real one. */
const developmentConfig = {
  headers: { all: { request: [{ propagate: { named: 'authorization' } }] } },
  response_cache: { enabled: true },
  batching: { subgraph: { all: { enabled: true } } },
  demand_control: {
    enabled: true,
    mode: 'enforce',
    strategy: { static_estimated: { list_size: 10, max: 10_000 } },
  },
};

/** Posts one operation. */
export async function ask(
  endpoint: string,
  query: string,
  { variables, token: bearer, headers }: Ask = {},
): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    body: JSON.stringify({ query, ...(variables !== undefined && { variables }) }),
  });
  const body = (await response.json()) as Partial<Omit<Answer, 'status' | 'headers'>>;
  return {
    status: response.status,
    headers: response.headers,
    data: body.data,
    errors: body.errors ?? [],
    extensions: body.extensions,
  };
}

/** Composes schemas with `selvedge compose`, as a person would. Gives the supergraph, or what the command said. */
export async function compose(
  schemas: Partial<Record<SubgraphName, string>> = {},
  args: readonly string[] = [],
): Promise<{ readonly supergraph: string } | { readonly failure: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-compose-'));
  try {
    const subgraphs: Record<string, object> = {};
    for (const name of subgraphNames) {
      const file = join(folder, `${name}.graphql`);
      await writeFile(file, schemas[name] ?? (await schemaOf(name)));
      subgraphs[name] = { routing_url: `http://127.0.0.1:1/${name}`, schema: { file } };
    }
    const config = join(folder, 'supergraph.yaml');
    const out = join(folder, 'supergraph.graphql');
    await writeFile(config, stringify({ federation_version: '=2.14.4', subgraphs }));
    try {
      await promisify(execFile)(process.execPath, [
        join(root, 'scripts/bootstrap.mjs'),
        'compose',
        '--config',
        config,
        '--out',
        out,
        ...args,
      ]);
    } catch (error) {
      return { failure: error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error) };
    }
    return { supergraph: await readFile(out, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function schemaOf(name: SubgraphName): Promise<string> {
  return readFile(join(root, 'subgraphs', name, 'schema.graphql'), 'utf8');
}

function main(name: SubgraphName): string {
  return join(root, 'subgraphs', name, 'dist/main.js');
}

/** A clone of the service's seeded template, which the first test file of a run makes. */
async function seededStore(name: SubgraphName): Promise<TestStore> {
  const template = await ensureTemplate(`shop_${name}`, async (url) => {
    const env = { DATABASE_URL: url, SEED_SCALE: '1' };
    for (const command of ['migrate', 'seed']) {
      const child = spawnNode(main(name), { args: [command], env });
      const { code } = await child.exited;
      if (code !== 0) throw new Error(`expected ${name} to ${command} but it said: ${child.log()}`);
    }
  });
  return createTestStore({ template });
}

export function token(index: number, roles: readonly string[]): Promise<string> {
  const { id, username } = user(index);
  return new SignJWT({ name: username, roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setExpirationTime('1h')
    .sign(Buffer.from(key, 'base64url'));
}

function found<K, V>(map: ReadonlyMap<K, V>, name: K): V {
  const value = map.get(name);
  if (value === undefined) throw new Error(`expected ${String(name)} to be running but it is not`);
  return value;
}
