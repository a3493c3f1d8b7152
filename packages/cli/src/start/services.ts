// Which processes a start consists of, and what each is told: the built file, the arguments and the environment.
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CommandFailure } from '../command-failure.js';
import type { ServiceSpec } from './service-process.js';
import type { StateFolder } from './state-folder.js';

export interface SubgraphSettings {
  readonly databaseUrl: string;
  readonly seedScale: number;
  readonly tokenKey: string;
  /** Of the routers' cache. */
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

export interface RouterSettings {
  readonly port: number;
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

/** The names under `subgraphs` in supergraph.yaml. Throws a `CommandFailure`. */
export async function subgraphNames(projectRoot: string): Promise<string[]> {
  const file = join(projectRoot, 'supergraph.yaml');
  const config: unknown = parse(await readFile(file, 'utf8'));
  const subgraphs =
    typeof config === 'object' && config !== null && 'subgraphs' in config ? config.subgraphs : undefined;
  const names = typeof subgraphs === 'object' && subgraphs !== null ? Object.keys(subgraphs) : [];
  if (names.length === 0)
    throw new CommandFailure(`${file} lists no subgraphs: expected a mapping under \`subgraphs\`.`);
  return names;
}

export function subgraphSpec(
  projectRoot: string,
  state: StateFolder,
  name: string,
  { databaseUrl, seedScale, tokenKey, redisUrl, logLevel }: SubgraphSettings,
): ServiceSpec {
  return {
    name,
    module: builtFile(projectRoot, `subgraphs/${name}/dist/main.js`),
    args: [],
    port: 0,
    logFile: state.logOf(name),
    env: {
      ...inheritedEnvironment(),
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      MIGRATE: 'true',
      SEED_SCALE: String(seedScale),
      SELVEDGE_TOKEN_KEY: tokenKey,
      LOG_LEVEL: logLevel,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    },
  };
}

export function routerSpec(
  projectRoot: string,
  state: StateFolder,
  { port, redisUrl, logLevel }: RouterSettings,
): ServiceSpec {
  const supergraph = join(projectRoot, 'supergraph.graphql');
  if (!existsSync(supergraph)) {
    throw new CommandFailure(`${supergraph} is missing: write it with \`npm run compose\`.`);
  }
  return {
    name: 'router',
    module: builtFile(projectRoot, 'router/dist/main.js'),
    args: ['--supergraph', supergraph, '--config', state.routerConfig],
    nodeOptions: nodeOptionsOf(join(projectRoot, 'router/package.json')),
    port,
    logFile: state.logOf('router'),
    env: {
      ...inheritedEnvironment(),
      HOST: '127.0.0.1',
      LOG_LEVEL: logLevel,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    },
  };
}

/** How much memory a router wants for what dies young is the router's to say. */
function nodeOptionsOf(manifest: string): readonly string[] {
  const { nodeOptions = [] } = JSON.parse(readFileSync(manifest, 'utf8')) as { nodeOptions?: string[] };
  return nodeOptions;
}

/** What this process was told is not for its children to read, above all the administrator's DATABASE_URL. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const own = [
    'DATABASE_URL',
    'REDIS_URL',
    'PORT',
    'HOST',
    'SEED_SCALE',
    'SUBGRAPH_SCHEMA',
    'SELVEDGE_TOKEN_KEY',
  ];
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !own.includes(name) && !name.startsWith('npm_')),
  );
}

function builtFile(projectRoot: string, path: string): string {
  const file = join(projectRoot, path);
  if (!existsSync(file)) throw new CommandFailure(`${file} is missing: write it with \`npm run build\`.`);
  return file;
}
