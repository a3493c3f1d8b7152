// The composition root of a subgraph: store, schema, server, put together in the one order in which they can work. It
// listens first and says "not ready" until the store is there, however late that is, so that a parent or an orchestrator
// can tell a process that waits from one that is gone.
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { ClientError } from '@selvedge/errors';
import type { Logger } from 'pino';
import { StoreCoverage } from './caching/store-coverage.js';
import { CompiledEntities } from './entities-path/compiled-entities.js';
import { startStoreRelay, type StoreRelay } from './relaying/store-relay.js';
import { buildSchema, checkFields, type ResolverMap } from './schema/build-schema.js';
import { apolloServer, type SubgraphPlugin } from './server/apollo.js';
import type { SubgraphConfig } from './server/config.js';
import { handleGraphQL } from './server/graphql-handler.js';
import { httpServer } from './server/http-server.js';
import { processLog } from './server/log.js';
import { checkMigrated, migrate } from './store/migrate.js';
import { seedOnce, type Seed } from './store/seed.js';
import type { Statement } from './store/statement.js';
import { oldestWriteMetric, oldestWriteSeconds } from './store/oldest-write.js';
import { isStoreUnavailable } from './store/store-error.js';
import { Store, type StoreOptions } from './store/store.js';
import { viewerReader } from './viewer.js';

/** A subgraph, as its `main.ts` declares it. */
export interface SubgraphDefinition {
  /** The name that it has in the supergraph. */
  readonly name: string;
  /** The schema file. */
  readonly schema: URL;
  readonly resolvers: ResolverMap;
  readonly store: Pick<StoreOptions, 'entities' | 'migrations' | 'poolSize' | 'statementTimeout'> & {
    readonly seed?: Seed;
  };
  /** Apollo Server plugins. With any, every operation goes through @apollo/server, so that they see each. */
  readonly plugins?: readonly SubgraphPlugin[];
}

/** For who starts a subgraph inside a process of their own, such as a test. */
export interface StartOptions {
  /** Told of what takes long. */
  readonly onProgress?: (text: string) => void;
  /** A pino logger on stdout unless told. */
  readonly log?: Logger;
}

/** A subgraph that listens. Until `ready` resolves it answers /graphql and /readiness with 503. */
export interface RunningSubgraph {
  /** `http://host:port`, without a path. */
  readonly url: string;
  readonly store: Store;
  /** Resolves when it can serve; rejects when it never will (a migration that fails, a store that is too new). */
  readonly ready: Promise<void>;
  /** Lets requests finish, for five seconds at most, and closes the store. Idempotent. */
  stop(): Promise<void>;
}

const graceMilliseconds = 5_000;
/** For a migration or a seed in the middle, whose transaction does not survive this process. */
const closingMilliseconds = 1_000;

/**
 * Starts a subgraph in this process: listens at once, then waits for its store, migrates and seeds as `config` says.
 *
 * @throws one sentence when its schema cannot be read or built, or its port cannot be listened on
 */
export async function startSubgraph(
  definition: SubgraphDefinition,
  config: SubgraphConfig,
  options: StartOptions = {},
): Promise<RunningSubgraph> {
  const log = options.log ?? processLog(definition.name, config.logLevel);
  const sdl = await schemaText(definition, config);
  const subgraphSchema = buildSchema({ sdl, resolvers: definition.resolvers });
  const { schema } = subgraphSchema;
  const store = storeOf(definition, config, log);
  const plugins = definition.plugins ?? [];
  const apollo = apolloServer(schema, plugins, log);
  await apollo.start();
  const parts = {
    apollo,
    store,
    compiled: plugins.length === 0 ? new CompiledEntities(schema) : null,
    viewer: viewerReader(config.tokenKey),
    coverage: new StoreCoverage(store),
  };
  // Once prepared, operations are let through without asking: a store that goes away later shows in their own errors.
  let isPrepared = false;
  let relay: StoreRelay | null = null;
  const server = await httpServer({
    host: config.host,
    port: config.port,
    log,
    graphql: (request, response) => {
      if (!isPrepared)
        throw new ClientError(
          'STORE_UNAVAILABLE',
          'The subgraph is not ready: its store is not prepared yet.',
        );
      return handleGraphQL(parts, request, response);
    },
    notReadyBecause: async () => {
      if (!isPrepared) return 'the store is not prepared yet';
      return (await store.isReachable()) ? null : 'the store cannot be reached';
    },
    readiness: async () => ({ oldestWriteSeconds: await oldestWriteSeconds(store) }),
    metrics: async () => `${await oldestWriteMetric(store)}${relay?.metrics() ?? ''}`,
  }).catch(async (error: unknown) => {
    await apollo.stop();
    throw error;
  });
  const stopping = new AbortController();
  const progress = options.onProgress ?? (() => undefined);
  const ready = prepare(definition, config, parts, stopping.signal, progress, log).then(async () => {
    checkFields(subgraphSchema, (entity) => propertiesOf(store, entity), definition.store.entities);
    if (parts.coverage.hasOutbox) relay = await startStoreRelay(definition.name, config, store, log);
    isPrepared = true;
  });
  // Whoever waits for it hears of it; whoever does not should not die of it.
  ready.catch(() => undefined);
  const closeStore = async (): Promise<void> => {
    await ready.catch(() => undefined);
    await Promise.all([apollo.stop(), relay?.stop()]);
    await store.close();
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await server.close(graceMilliseconds);
    await Promise.race([closeStore(), setTimeout(closingMilliseconds, undefined, { ref: false })]);
  };
  let stopped: Promise<void> | undefined;
  return { url: server.url, store, ready, stop: () => (stopped ??= stop()) };
}

async function schemaText(definition: SubgraphDefinition, { schemaPath }: SubgraphConfig): Promise<string> {
  try {
    return await readFile(schemaPath ?? definition.schema, 'utf8');
  } catch (error) {
    const variable = schemaPath === null ? '' : 'SUBGRAPH_SCHEMA: ';
    const path = schemaPath ?? definition.schema.href;
    throw new Error(`${variable}expected a schema file that can be read but got ${path}`, { cause: error });
  }
}

function storeOf(definition: SubgraphDefinition, config: SubgraphConfig, log: Logger): Store {
  return new Store({
    ...definition.store,
    url: config.databaseUrl,
    ...(log.isLevelEnabled('debug') && {
      onStatement: (statement: Statement) => {
        log.debug({ sql: statement.text }, 'statement');
      },
    }),
    onIdleError: (error) => {
      log.warn({ err: error }, 'an idle connection to the store was lost');
    },
  });
}

/**
 * Opens, migrates and seeds. Waits for a store that is away, or that another process has yet to migrate, with growing pauses,
 * for as long as it takes.
 */
async function prepare(
  { store: { seed } }: SubgraphDefinition,
  config: SubgraphConfig,
  { store, coverage }: { readonly store: Store; readonly coverage: StoreCoverage },
  signal: AbortSignal,
  progress: (text: string) => void,
  log: Logger,
): Promise<void> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 5_000)) {
    try {
      if (config.migrate) {
        progress('migrating');
        await migrate(store);
      } else await checkMigrated(store);
      if (seed !== undefined && config.seedScale > 0) {
        await seedOnce(store, seed, config.seedScale, (what, done, total) => {
          progress(`seeding ${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
        });
      }
      await coverage.load();
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      if (!isStoreUnavailable(error)) throw error;
      log.warn({ err: error, retryInMilliseconds: wait }, 'the store cannot be reached yet');
      progress('waiting for its store');
      await setTimeout(wait, undefined, { signal });
    }
  }
}

function propertiesOf(store: Store, entity: Parameters<Store['table']>[0]): ReadonlySet<string> {
  const { columns, getters } = store.table(entity);
  return new Set([...columns.keys(), ...getters]);
}
