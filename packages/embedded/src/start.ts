// Embedded PostgreSQL for `npm start` and the tests: one call that makes the cluster if needed, starts the server or adopts the
// one that a killed parent left, and hands back a superuser URL. PostgreSQL's own lock file decides which of two starters wins.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ensureCluster, writeState, type ClusterState } from './cluster.js';
import { serverProcess } from './identity.js';
import { placeCluster, type Placement } from './placement.js';
import { freePort } from './port.js';
import { livePostmaster, postmasterArguments, stopPostmaster } from './postmaster.js';
import { lastLines, openServerLog } from './server-log.js';

export interface EmbeddedPostgresOptions {
  /** Made when missing. Run as root, it may be replaced by a stable folder below /var/tmp; see {@link EmbeddedPostgres.dataDir}. */
  readonly dataDir: string;
  /** On 127.0.0.1. Default: the one used last, if free, else a free one. */
  readonly port?: number;
  /** Default 200. */
  readonly maxConnections?: number;
  /** False (tests only): nothing is synced to disk, and a power cut may lose the cluster. Default true. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** The superuser's URL with its password, database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Of the postmaster. */
  readonly pid: number;
  /** True when the server ran already. */
  readonly adopted: boolean;
  /** Where the data really lies. */
  readonly dataDir: string;
  readonly logFile: string;
  /** Fast shutdown, adopted or not; resolves once the server is gone. Idempotent. */
  stop(): Promise<void>;
}

/** How long a start may take, crash recovery included. */
const patience = 120_000;

/** Throws an Error in one sentence, with the log's last lines where the server would not start. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await placeCluster(options.dataDir);
  const state = await ensureCluster(place, { durable: options.durable ?? true });
  const deadline = Date.now() + patience;
  let obstacle = '';
  while (Date.now() < deadline) {
    const running = await livePostmaster(place.dataDir);
    if (running?.ready === true) return adopt(place, state, running, options.port);
    if (running === undefined) {
      const outcome = await launch(place, state, options, deadline);
      if ('server' in outcome) return outcome.server;
      obstacle = outcome.obstacle;
    }
    // Here another process starts or stops this server, or the last sessions of a killed one are just ending.
    await sleep(25);
  }
  throw new Error(
    `PostgreSQL did not start within ${patience / 1000} s; see ${place.logFile}${lastLines(obstacle)}`,
  );
}

async function adopt(
  place: Placement,
  state: ClusterState,
  running: { pid: number; port: number },
  port: number | undefined,
): Promise<EmbeddedPostgres> {
  if (port !== undefined && port !== running.port) {
    throw new Error(
      `PostgreSQL (pid ${running.pid}) already serves ${place.dataDir} on port ${running.port}, but port ${port} was asked for; ` +
        `stop it (kill -INT ${running.pid}) or ask for no port`,
    );
  }
  const server = handle(place, state, running);
  const client = new Client({ connectionString: server.url, ssl: false, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a lost connection rejects the query too
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    if (rows[0]?.data_directory !== place.dataDir) {
      throw new Error(`it serves ${rows[0]?.data_directory ?? 'nothing'}`);
    }
  } catch (error) {
    throw new Error(
      `PostgreSQL (pid ${running.pid}, port ${running.port}) claims ${place.dataDir} but cannot be adopted: ${String(error)}`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
  return server;
}

type LaunchOutcome = { readonly server: EmbeddedPostgres } | { readonly obstacle: string };

/** Starts the server; the obstacle is one that passes by itself, everything else is thrown. */
async function launch(
  place: Placement,
  state: ClusterState,
  options: EmbeddedPostgresOptions,
  deadline: number,
): Promise<LaunchOutcome> {
  const port = options.port ?? (await freePort(state.port));
  const log = await openServerLog(place.logFile, place.identity);
  try {
    // Detached: Ctrl-C in the terminal reaches the parent alone, which ends its services before their store.
    const child = spawn(
      place.binaries.postgres,
      postmasterArguments(place.dataDir, settings(port, options)),
      {
        ...serverProcess(place.identity),
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    const exited = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        ended = `exit ${code ?? signal ?? ''}`;
        resolve();
      });
    });
    child.unref();
    while (ended === undefined && Date.now() < deadline) {
      const running = await livePostmaster(place.dataDir);
      if (running?.ready === true && running.pid === child.pid) {
        if (state.port !== port) await writeState(place.dataDir, { ...state, port }, place.identity);
        const untilExit = (): Promise<void> => {
          // Whoever stops the server waits for it, even with nothing else to do.
          child.ref();
          return exited;
        };
        return { server: handle(place, state, running, untilExit) };
      }
      await sleep(10);
    }
    if (ended === undefined && child.pid !== undefined) await stopPostmaster(child.pid, place.dataDir);
    return explain(place, options.port, ended ?? 'not ready in time', await log.written());
  } finally {
    await log.close();
  }
}

/** Reads the reason from the log, whose messages are in English (LC_ALL=C). */
function explain(place: Placement, port: number | undefined, ended: string, log: string): LaunchOutcome {
  const passing = [/lock file ".*" already exists/, /pre-existing shared memory block/];
  if (passing.some((pattern) => pattern.test(log))) return { obstacle: log };
  if (log.includes('could not bind IPv4 address')) {
    if (port === undefined) return { obstacle: log };
    throw new Error(`port ${port} on 127.0.0.1, asked for PostgreSQL, is taken`);
  }
  throw new Error(
    `PostgreSQL did not start (${ended}); the last lines of ${place.logFile}:${lastLines(log)}`,
  );
}

function settings(port: number, options: EmbeddedPostgresOptions): Record<string, string> {
  return {
    port: String(port),
    listen_addresses: '127.0.0.1',
    // No socket file: its path would have to be short, and reachable for two users.
    unix_socket_directories: '',
    max_connections: String(options.maxConnections ?? 200),
    max_prepared_transactions: '64',
    wal_level: 'logical',
    ...(options.durable === false
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      : {}),
  };
}

/** `untilExit`: of our own child, whose process id is free only then; undefined for an adopted server. */
function handle(
  place: Placement,
  state: ClusterState,
  running: { pid: number; port: number },
  untilExit?: () => Promise<void>,
): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  return {
    url: `postgres://postgres:${state.superuserPassword}@127.0.0.1:${running.port}/postgres`,
    port: running.port,
    pid: running.pid,
    adopted: untilExit === undefined,
    dataDir: place.dataDir,
    logFile: place.logFile,
    stop: () =>
      (stopped ??= Promise.all([stopPostmaster(running.pid, place.dataDir), untilExit?.()]).then(
        () => undefined,
      )),
  };
}
