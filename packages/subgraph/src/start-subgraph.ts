// The composition root of a subgraph: store, schema, server, put together in the one order in which they can work. It
// listens first and says "not ready" until the store is there, however late that is, so that a parent or an orchestrator
// can tell a process that waits from one that is gone.
import { readFile } from 'node:fs/promises';
import { pino, type Logger } from 'pino';
import { CompiledEntities } from './entities-path/compiled-entities.js';
import { buildSchema, checkFields, type ResolverMap } from './schema/build-schema.js';
import { apolloServer, type SubgraphPlugin } from './server/apollo.js';
import type { SubgraphConfig } from './server/config.js';
import { handleGraphQL } from './server/graphql-handler.js';
import { httpServer } from './server/http-server.js';
import { migrate } from './store/migrate.js';
import { seedOnce, type Seed } from './store/seed.js';
import type { Statement } from './store/statement.js';
import { isStoreUnavailable } from './store/store-error.js';
import { Store, type StoreOptions } from './store/store.js';
import { viewerReader } from './viewer.js';
import { ClientError } from '@selvedge/errors';

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

export interface StartOptions {
  /** Told of what takes long. */
  readonly onProgress?: (text: string) => void;
  readonly log?: Logger;
}

export interface RunningSubgraph {
  readonly url: string;
  readonly store: Store;
  /** Resolves when it can serve; rejects when it never will (a migration that fails, a store that is too new). */
  readonly ready: Promise<void>;
  /** Lets requests finish, for five seconds at most, and closes the store. */
  stop(): Promise<void>;
}

const graceMilliseconds = 5_000;

export async function startSubgraph(
  definition: SubgraphDefinition,
  config: SubgraphConfig,
  options: StartOptions = {},
): Promise<RunningSubgraph> {
  const log = options.log ?? pino({ name: definition.name, level: config.logLevel });
  const sdl = await readFile(config.schemaPath ?? definition.schema, 'utf8');
  const subgraphSchema = buildSchema({ sdl, resolvers: definition.resolvers });
  const { schema } = subgraphSchema;
  const store = new Store({
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
  const plugins = definition.plugins ?? [];
  const apollo = apolloServer(schema, plugins, log);
  await apollo.start();
  const parts = {
    apollo,
    store,
    compiled: plugins.length === 0 ? new CompiledEntities(schema) : null,
    viewer: viewerReader(config.tokenKey),
  };
  let isPrepared = false;
  const server = await httpServer({
    host: config.host,
    port: config.port,
    log,
    graphql: (request, response) => handleGraphQL(parts, request, response),
    notReadyBecause: async () => {
      if (!isPrepared) return 'the store is not prepared yet';
      return (await store.isReachable()) ? null : 'the store cannot be reached';
    },
  });
  const stopping = new AbortController();
  const ready = prepare(
    definition,
    config,
    store,
    stopping.signal,
    options.onProgress ?? (() => undefined),
    log,
  ).then(() => {
    checkFields(subgraphSchema, (entity) => propertiesOf(store, entity), definition.store.entities);
    isPrepared = true;
  });
  return {
    url: server.url,
    store,
    ready,
    async stop() {
      stopping.abort();
      await server.close(graceMilliseconds);
      await ready.catch(() => undefined);
      await apollo.stop();
      await store.close();
    },
  };
}

/** Opens, migrates and seeds; waits for a store that is away, with growing pauses, for as long as it takes. */
async function prepare(
  { store: { seed } }: SubgraphDefinition,
  config: SubgraphConfig,
  store: Store,
  signal: AbortSignal,
  progress: (text: string) => void,
  log: Logger,
): Promise<void> {
  for (let pause = 100; ; pause = Math.min(pause * 2, 5_000)) {
    try {
      await store.open();
      if (config.migrate) {
        progress('migrating');
        await migrate(store);
      }
      if (seed !== undefined && config.seedScale > 0) {
        await seedOnce(store, seed, config.seedScale, (what, done, total) => {
          progress(`seeding ${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
        });
      }
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof ClientError) && !isStoreUnavailable(error)) throw error;
      log.warn({ err: error, retryInMilliseconds: pause }, 'the store cannot be reached yet');
      progress('waiting for its store');
      await abortablePause(pause, signal);
    }
  }
}

function abortablePause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(new Error('stopped while waiting for the store'));
      },
      { once: true },
    );
  });
}

function propertiesOf(store: Store, entity: Parameters<Store['table']>[0]): ReadonlySet<string> {
  const { columns, getters } = store.table(entity);
  return new Set([...columns.keys(), ...getters]);
}
