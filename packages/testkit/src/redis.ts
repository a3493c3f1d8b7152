// A real Redis for the suites that need one: Debian's redis-server on a free port, since no npm package ships it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '@selvedge/embedded';
import { guard } from './guard.js';

export interface TestRedis {
  readonly url: string;
  /** Shuts it down and removes its folder. Idempotent. On a REDIS_URL of the environment: does nothing. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. Throws on a REDIS_URL of the environment. */
  kill(): Promise<void>;
}

/**
 * For `describe.skipIf(!redisAvailable())`: whether there is a redis-server on the PATH or a REDIS_URL. Says so on stderr when
 * not, and throws when CI is `true`, where a skipped suite would pass for a green one.
 */
export function redisAvailable(): boolean {
  if (executable() !== undefined || givenUrl() !== undefined) return true;
  const missing = 'no redis-server on the PATH and no REDIS_URL (Debian: apt-get install redis-server)';
  if (process.env['CI'] === 'true') throw new Error(missing);
  process.stderr.write(`Redis suites skipped: ${missing}\n`);
  return false;
}

/** `port`: to come back where one was killed; default a free one. One on the PATH is preferred to REDIS_URL: it is ours to kill. */
export async function startRedis(options: { readonly port?: number } = {}): Promise<TestRedis> {
  const program = executable();
  if (program === undefined) return external();
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const folder = await mkdtemp(join(tmpdir(), 'selvedge-redis-'));
    const started = await launch(program, port, folder);
    if (typeof started !== 'string') return started;
    await rm(folder, { recursive: true, force: true });
    const taken = started.includes('Address already in use') && options.port === undefined;
    if (!taken || attempt === 5) throw new Error(`redis-server did not start:\n${started}`);
  }
}

/** Resolves to the log when it ends instead of getting ready. */
async function launch(program: string, port: number, folder: string): Promise<TestRedis | string> {
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  const exited = once(child, 'close');
  const ready = new Promise<boolean>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      log += chunk.toString();
      if (log.includes('Ready to accept connections')) resolve(true);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('close', () => {
      resolve(false);
    });
  });
  if (!(await ready)) return log;
  const watch = child.pid === undefined ? undefined : guard(child.pid, folder);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
    await rm(folder, { recursive: true, force: true });
    watch?.dismiss();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function external(): TestRedis {
  const url = givenUrl();
  if (url === undefined)
    throw new Error('expected a redis-server on the PATH or a REDIS_URL but got neither');
  return {
    url,
    stop: () => Promise.resolve(),
    kill: () => Promise.reject(new Error('expected a redis-server of our own to kill but got REDIS_URL')),
  };
}

function givenUrl(): string | undefined {
  const url = process.env['REDIS_URL'];
  return url === '' ? undefined : url;
}

function executable(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
