// Where the services' data lies: the embedded PostgreSQL, kept running, or the server that DATABASE_URL names.
import { setTimeout as sleep } from 'node:timers/promises';
import { provisionStore, startEmbeddedPostgres, type EmbeddedPostgres } from '@selvedge/embedded';
import { CommandFailure } from '../command-failure.js';
import type { Credentials } from './credentials.js';
import { startTimeOf } from './process-identity.js';

export interface Store {
  /** Of a user who may create roles and databases. */
  readonly adminUrl: string;
  /** In words, for a person. */
  readonly description: string;
  /** From here on an embedded server that dies is started again. */
  supervise(events: StoreEvents): void;
  stop(): Promise<void>;
  /** At once; the next start recovers from the write-ahead log. */
  kill(): void;
}

export interface StoreEvents {
  onDeath(): void;
  onRecovery(): void;
  onFailure(reason: string): void;
}

/** How often a living server is looked at, in milliseconds. */
const watchInterval = 1_000;

/** The server that `databaseUrl` names. */
export function existingStore(databaseUrl: string): Store {
  return {
    adminUrl: databaseUrl,
    description: 'the server that DATABASE_URL names',
    supervise: () => undefined,
    stop: () => Promise.resolve(),
    kill: () => undefined,
  };
}

/** Starts the embedded server, or adopts the one that a killed start left. Throws a `CommandFailure`. */
export async function openEmbeddedStore(dataDir: string): Promise<Store> {
  let server = await startEmbeddedPostgres({ dataDir }).catch(asFailure);
  const stopping = new AbortController();
  let supervision: Promise<void> | undefined;

  const keepRunning = async (events: StoreEvents): Promise<void> => {
    const stopped = (): boolean => stopping.signal.aborted;
    while (!stopped()) {
      await sleep(watchInterval, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopped() || (await startTimeOf(server.pid)) !== undefined) continue;
      events.onDeath();
      try {
        server = await startEmbeddedPostgres({ dataDir, port: server.port });
        events.onRecovery();
      } catch (error) {
        events.onFailure(reasonOf(error));
      }
    }
  };

  return {
    adminUrl: server.url,
    description: describe(server),
    supervise: (events) => {
      supervision ??= keepRunning(events);
    },
    stop: async () => {
      stopping.abort();
      await supervision;
      await server.stop();
    },
    kill: () => {
      stopping.abort();
      try {
        // PostgreSQL's "immediate shutdown".
        process.kill(server.pid, 'SIGQUIT');
      } catch {
        // It ended by itself.
      }
    },
  };
}

/** Makes one database and one role for each service, and returns the URL that the service connects with. Throws a `CommandFailure`. */
export async function provisionStores(
  store: Store,
  credentials: Credentials,
): Promise<ReadonlyMap<string, string>> {
  const made = [...credentials].map(async ([service, password]) => {
    // On a server of the user's own, plain names could be anybody's.
    const name = `selvedge_${service}`;
    return [service, await provisionStore(store.adminUrl, { database: name, role: name, password })] as const;
  });
  return new Map(await Promise.all(made).catch(asFailure));
}

function describe(server: EmbeddedPostgres): string {
  return `embedded, port ${server.port}${server.adopted ? ', left running by the last start' : ''}`;
}

/** What the package throws is a sentence for a person. */
function asFailure(error: unknown): never {
  throw new CommandFailure(`PostgreSQL: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
