// One command from a checkout to a running supergraph: PostgreSQL, the subgraphs on stores of their own, the router.
import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { CommandFailure } from '../command-failure.js';
import { openBrowser } from './browser.js';
import { ensureCredentials } from './credentials.js';
import { watchInterrupts } from './interrupts.js';
import { inspectLock, takeLock, type StateLock } from './lock.js';
import { rotateLog } from './log-file.js';
import { assertPortFree } from './port.js';
import { findNpm } from './process-identity.js';
import { Progress } from './progress.js';
import { routerConfig } from './router-config.js';
import { routerSpec, subgraphNames, subgraphSpec } from './services.js';
import { makeStateFolder, stateFolderAt, type StateFolder } from './state-folder.js';
import { provisionStores } from './store.js';
import { describeSystem } from './summary.js';
import { System } from './system.js';
import { createTokenKey, issueDevelopmentTokens } from './tokens.js';

export interface StartOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Default: an embedded server. */
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly seedScale: number;
  /** Absolute. */
  readonly stateFolder: string;
  readonly logLevel: string;
  readonly openBrowser: boolean;
}

/** Where the system's files are, and how they come to be built. */
export interface StartSource {
  readonly projectRoot: string;
  /** Resolves once router and subgraphs are built, with false when they were; rejects with what the compiler said. */
  readonly buildServices: () => Promise<boolean>;
  readonly buildExplorer: () => Promise<boolean>;
}

/** A service is gone so long, in milliseconds, after its parent was killed. */
const orphanTime = 10_000;

/**
 * Runs until it is told to stop, and leaves no process behind.
 *
 * @throws CommandFailure when something does not start
 */
export async function start(options: StartOptions, source: StartSource): Promise<void> {
  if (process.env['NODE_ENV'] === 'production') {
    throw new CommandFailure(
      '`npm start` is for development (its tokens are signed with a key of the moment): with NODE_ENV=production use docker-compose.yml.',
    );
  }
  const state = stateFolderAt(options.stateFolder);
  // The router of a start that was killed has its port for as long as it finishes its requests.
  await assertPortFree(options.port, (await inspectLock(state.lock)) === 'leaving' ? orphanTime : 0);
  await makeStateFolder(state);
  const npmPid = findNpm();
  const lock = await takeLock(state.lock, npmPid, (pid) => {
    console.log(`Waiting for the previous start (process ${pid}), whose npm was killed, to stop.`);
  });
  try {
    await runUntilStopped(options, source, state, lock, npmPid);
  } finally {
    await lock.release();
  }
}

async function runUntilStopped(
  options: StartOptions,
  source: StartSource,
  state: StateFolder,
  lock: StateLock,
  npmPid: number | undefined,
): Promise<void> {
  // The terminal may be gone before we are.
  process.stdout.on('error', () => undefined);
  const names = await subgraphNames(source.projectRoot);
  const progress = new Progress(process.stdout, ['build', 'postgres', ...names, 'router', 'explorer']);
  const system = new System({
    onProgress: (part, text) => {
      progress.busy(part, text);
    },
    onNews: (line) => {
      console.log(line);
    },
  });
  const interrupts = watchInterrupts(npmPid, () => {
    console.log('Forced.');
    void Promise.all([system.kill(), lock.release()]).finally(() => process.exit(130));
  });
  try {
    const up = bringUp(options, source, state, names, system, progress).then(async (summary) => {
      progress.close();
      console.log(summary);
      await system.supervise();
      return undefined;
    });
    const interrupted = (await Promise.race([up, interrupts.requested])) ?? (await interrupts.requested);
    progress.close();
    console.log(`\nStopping (${interrupted}); Ctrl-C again forces it.`);
  } finally {
    progress.close();
    await system.stop();
    interrupts.close();
  }
  console.log('Stopped.');
}

/** Starts everything and resolves with what a person needs to know. */
async function bringUp(
  options: StartOptions,
  source: StartSource,
  state: StateFolder,
  names: readonly string[],
  system: System,
  progress: Progress,
): Promise<string> {
  const { projectRoot } = source;
  const tokenKey = createTokenKey();
  const explorer = buildExplorer(source, progress);
  const [storeUrls] = await Promise.all([
    openStores(options, state, names, system, progress),
    build(progress, 'build', source.buildServices),
    ...[...names, 'router'].map((name) => rotateLog(state.logOf(name))),
  ]);

  const subgraphUrls = new Map(
    await Promise.all(
      [...storeUrls].map(async ([name, databaseUrl]) => {
        progress.busy(name, 'starting');
        const spec = subgraphSpec(projectRoot, state, name, { ...options, databaseUrl, tokenKey });
        return [name, `${await system.startSubgraph(spec)}/graphql`] as const;
      }),
    ),
  );
  progress.busy('router', 'starting');
  await writeFile(state.routerConfig, routerConfig(subgraphUrls));
  const routerUrl = await system.startRouter(routerSpec(projectRoot, state, options));
  await system.ready((part) => {
    progress.done(part, subgraphUrls.get(part) ?? routerUrl);
  });
  await explorer;
  if (options.openBrowser) openBrowser(`${routerUrl}/`);
  return describeSystem({
    routerUrl,
    subgraphUrls,
    logFolder: pathFromHere(state.logs),
    tokens: await issueDevelopmentTokens(tokenKey),
    took: performance.now(),
  });
}

async function openStores(
  options: StartOptions,
  state: StateFolder,
  names: readonly string[],
  system: System,
  progress: Progress,
): Promise<ReadonlyMap<string, string>> {
  progress.busy('postgres', 'starting');
  const [store, credentials] = await Promise.all([
    system.openStore(options.databaseUrl, state.postgres),
    ensureCredentials(state.credentials, names),
  ]);
  progress.busy('postgres', 'making databases and roles');
  const urls = await provisionStores(store, credentials);
  progress.done('postgres', store.description);
  return urls;
}

/** The graph works without its explorer: a failure is shown, and the start goes on. */
async function buildExplorer(source: StartSource, progress: Progress): Promise<void> {
  try {
    await build(progress, 'explorer', source.buildExplorer);
  } catch (error) {
    progress.failed('explorer', error instanceof Error ? error.message : String(error));
  }
}

async function build(progress: Progress, part: string, act: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  progress.busy(part, 'building');
  const wasBuilt = await act();
  progress.done(part, wasBuilt ? `${((performance.now() - began) / 1000).toFixed(1)} s` : 'up to date');
}

/** As short as it can be told from here. */
function pathFromHere(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') ? path : shown;
}
