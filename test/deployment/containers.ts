// Runs what the containers of docker-compose.yml would run, on this machine: the image's command from a folder that holds
// what the image would hold, with the environment of the compose file and nothing else. Only addresses differ.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Container {
  readonly folder: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** As in the compose file: `CMD` and the words of a command. */
  readonly healthcheck: readonly string[];
}

export interface RunningContainer {
  readonly log: () => string;
  /** Resolves once the health check succeeds; rejects when the process has ended. */
  readonly healthy: () => Promise<void>;
  /** SIGTERM, as from `docker compose stop`. Resolves with the exit code; null for a process that had to be killed. */
  readonly stop: () => Promise<number | null>;
}

/** Compose's `stop_grace_period`, in milliseconds. */
const grace = 15_000;

export function run({ folder, command, environment, healthcheck }: Container): RunningContainer {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: folder, env: environmentOf(environment), stdio: 'pipe' });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  const exited = once(child, 'close') as Promise<[number | null]>;
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  return {
    log: () => log,
    async healthy() {
      while (!(await succeeds(healthcheck, folder, environment))) {
        if (child.exitCode !== null) throw new Error(`expected a healthy process but it ended:\n${log}`);
        await sleep(200);
      }
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(endWithUs, grace);
      const [code] = await exited;
      clearTimeout(timer);
      process.off('exit', endWithUs);
      return code;
    },
  };
}

/** PATH is the image's own affair; it is how `node` is found here. */
function environmentOf(environment: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...environment, PATH: process.env['PATH'] };
}

async function succeeds(
  [kind, ...words]: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  const [program = '', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...words] : words;
  try {
    await promisify(execFile)(program, args, { cwd, env: environmentOf(environment), timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}
