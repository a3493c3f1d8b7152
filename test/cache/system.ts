/**
 * Everything that the checker looks at, as processes of their own: routers, subgraphs on stores of their own in one PostgreSQL
 * cluster, and one Redis. Between them are wires that can be cut and held up.
 */
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { dropStore, freePort, provisionStore } from '@selvedge/embedded';
import { parse } from 'graphql';
import { SignJWT } from 'jose';
import { stringify } from 'yaml';
import { buildRouter, buildSubgraphs, root } from './bundles.js';
import { HttpProxy } from './http-proxy.js';
import { CheckedProcess } from './processes.js';
import { RedisServer } from './redis-server.js';
import { users } from './scale.js';
import { schemas, subgraphNames, type SubgraphName } from './subgraphs/schemas.js';
import { TcpProxy } from './tcp-proxy.js';
import type { Variant } from './variants.js';

export interface SystemOptions {
  /** A superuser's URL. */
  readonly postgres: string;
  readonly routers: number;
  readonly isCached: boolean;
  readonly variant: Variant | null;
  /** Such as `2s`; where it is not said, the default. */
  readonly redisTimeout?: string;
  /** Whether the subgraphs tell Redis of their stores' writes. */
  readonly areRelayed?: boolean;
}

export interface CheckedRouter {
  readonly process: CheckedProcess;
  /** Its way to Redis. */
  readonly wire: TcpProxy;
  readonly metricsUrl: string;
  readonly invalidationUrl: string;
}

export interface CheckedSubgraph {
  readonly process: CheckedProcess;
  /** The routers' way to it. */
  readonly wire: HttpProxy;
  readonly databaseUrl: string;
}

export interface System {
  readonly routers: readonly CheckedRouter[];
  readonly subgraphs: Readonly<Record<SubgraphName, CheckedSubgraph>>;
  /** The master of the moment. */
  redis: RedisServer;
  /** The subgraphs' way to Redis; null: they have none. */
  readonly relayWire: TcpProxy | null;
  /** By user. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly isCached: boolean;
  /** Settings of the routers that are not the defaults, in words. */
  readonly differing: readonly string[];
  stop(): Promise<void>;
}

/** What the endpoint for invalidation asks of whoever calls it. */
export const sharedKey = 'the checker';
/** Milliseconds, of one fetch: after it, and what the router adds, no write of unknown outcome is in doubt. */
export const fetchTimeout = 3_000;

export async function startSystem(options: SystemOptions): Promise<System> {
  // Below the packages that bundles may still import.
  await mkdir(join(root, '.cache/prove'), { recursive: true });
  const folder = await mkdtemp(join(root, '.cache/prove/run-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const undo = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    return await assemble(options, folder, stops, undo);
  } catch (error) {
    await undo();
    throw error;
  }
}

async function assemble(
  options: SystemOptions,
  folder: string,
  stops: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<System> {
  const [routerEntry, subgraphEntry] = await Promise.all([
    buildRouter(folder, options.variant),
    buildSubgraphs(folder),
  ]);
  const key = randomBytes(32).toString('base64url');
  const redis = await RedisServer.start();
  const relayWire = options.areRelayed === true ? await TcpProxy.start(redis.port) : null;
  stops.push(async () => relayWire?.stop());
  const subgraphs = Object.fromEntries(
    await Promise.all(
      subgraphNames.map(async (name) => [
        name,
        await startSubgraph(name, subgraphEntry, { ...options, key, relayWire }, stops),
      ]),
    ),
  ) as Record<SubgraphName, CheckedSubgraph>;
  const supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, composed());
  const routers = await Promise.all(
    Array.from({ length: options.routers }, (_, index) =>
      startRouter({ index, folder, entry: routerEntry, supergraph, subgraphs, redis, options }, stops),
    ),
  );
  const tokens = await Promise.all(users.map(async (user) => [user, await tokenOf(user, key)] as const));
  const system: System = {
    routers,
    subgraphs,
    redis,
    relayWire,
    tokens: new Map(tokens),
    isCached: options.isCached,
    differing: differing(options),
    stop: async () => {
      await stop();
    },
  };
  stops.unshift(() => system.redis.stop());
  return system;
}

function composed(): string {
  const { errors, supergraphSdl } = composeServices(
    subgraphNames.map((name) => ({
      name,
      url: `http://127.0.0.1:1/${name}`,
      typeDefs: parse(schemas[name]),
    })),
  );
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

async function startSubgraph(
  name: SubgraphName,
  entry: string,
  {
    postgres,
    key,
    relayWire,
  }: Pick<SystemOptions, 'postgres'> & { readonly key: string; readonly relayWire: TcpProxy | null },
  stops: (() => Promise<unknown>)[],
): Promise<CheckedSubgraph> {
  const database = `selvedge_checked_${name}_${randomBytes(4).toString('hex')}`;
  const store = { database, role: database };
  const databaseUrl = await provisionStore(postgres, { ...store, password: randomBytes(9).toString('hex') });
  stops.push(() => dropStore(postgres, store));
  const child = await CheckedProcess.start({
    entry,
    args: [],
    env: {
      CHECKED_SUBGRAPH: name,
      DATABASE_URL: databaseUrl,
      SELVEDGE_TOKEN_KEY: key,
      LOG_LEVEL: 'error',
      ...(relayWire !== null && { REDIS_URL: `redis://127.0.0.1:${relayWire.port}` }),
    },
  });
  stops.push(() => child.stop());
  const wire = await HttpProxy.start(`${child.url}/graphql`);
  stops.push(() => wire.stop());
  return { process: child, wire, databaseUrl };
}

interface RouterParts {
  readonly index: number;
  readonly folder: string;
  readonly entry: string;
  readonly supergraph: string;
  readonly subgraphs: Readonly<Record<SubgraphName, CheckedSubgraph>>;
  readonly redis: RedisServer;
  readonly options: SystemOptions;
}

async function startRouter(parts: RouterParts, stops: (() => Promise<unknown>)[]): Promise<CheckedRouter> {
  const { index, folder, entry, supergraph, redis } = parts;
  const wire = await TcpProxy.start(redis.port);
  stops.push(() => wire.stop());
  const [metricsPort, invalidationPort] = [await freePort(), await freePort()];
  const config = join(folder, `router-${index}.yaml`);
  await writeFile(config, stringify(configOf(parts, wire.port, metricsPort, invalidationPort)));
  const manifest = JSON.parse(await readFile(join(root, 'router/package.json'), 'utf8')) as {
    readonly nodeOptions: readonly string[];
  };
  const child = await CheckedProcess.start({
    entry,
    args: ['--supergraph', supergraph, '--config', config],
    env: { LOG_LEVEL: 'warn', NODE_ENV: 'production' },
    execArgv: manifest.nodeOptions,
  });
  stops.push(() => child.stop());
  return {
    process: child,
    wire,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    invalidationUrl: `http://127.0.0.1:${invalidationPort}/invalidation`,
  };
}

/** Every second router: one that does shows less of what becomes of parts. */
export function keepsWholeAnswers(router: number): boolean {
  return router % 2 === 0;
}

/** What a run says of its routers' configuration. */
function differing({ redisTimeout, variant }: SystemOptions): string[] {
  return [
    `fetches may take ${fetchTimeout / 1_000} s, not 30 s (so long and 2 s more the store of a killed writer is passed by, and a lost one is fenced again)`,
    'every second router keeps no whole answers (they hide hits of entities)',
    'fetches are batched',
    ...(redisTimeout === undefined ? [] : [`Redis may take ${redisTimeout} (a busy machine)`]),
    ...(variant?.inMemory === false
      ? ['nothing is kept in memory (it would hide what the variant does)']
      : []),
  ];
}

/** What a router of the checker is told; nothing of it shortens a lifetime. */
function configOf(
  { index, subgraphs, options }: RouterParts,
  redis: number,
  metrics: number,
  invalidation: number,
): object {
  const urls = Object.entries(subgraphs).map(([name, { wire }]) => [name, wire.url] as const);
  return {
    override_subgraph_url: Object.fromEntries(urls),
    headers: { all: { request: [{ propagate: { named: 'authorization' } }] } },
    batching: { subgraph: { all: { enabled: true } } },
    traffic_shaping: { all: { timeout: `${fetchTimeout}ms` } },
    telemetry: {
      exporters: { metrics: { prometheus: { enabled: true, listen: `127.0.0.1:${metrics}` } } },
    },
    ...(options.isCached && {
      response_cache: {
        enabled: true,
        debug: false,
        whole_answers: { enabled: keepsWholeAnswers(index) },
        ...(options.variant?.inMemory === false && { in_memory: { max_bytes: 0 } }),
        invalidation: { listen: `127.0.0.1:${invalidation}` },
        subgraph: {
          all: {
            redis: {
              urls: [`redis://127.0.0.1:${redis}`],
              ...(options.redisTimeout !== undefined && { timeout: options.redisTimeout }),
            },
            invalidation: { enabled: true, shared_key: sharedKey },
          },
        },
      },
    }),
  };
}

function tokenOf(user: string, key: string): Promise<string> {
  return new SignJWT({ name: user.slice(-4), roles: ['customer'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime('1h')
    .sign(Buffer.from(key, 'base64url'));
}
