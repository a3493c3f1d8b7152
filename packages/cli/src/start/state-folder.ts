// What `npm start` keeps between runs, and where.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailure } from '../command-failure.js';

export interface StateFolder {
  readonly path: string;
  readonly lock: string;
  readonly credentials: string;
  readonly routerConfig: string;
  /** The embedded server's data folder. */
  readonly postgres: string;
  readonly logs: string;
  logOf(service: string): string;
}

/** Makes the folder when it is missing. Throws a `CommandFailure` when it cannot be made. */
export async function makeStateFolder({ path, logs }: StateFolder): Promise<void> {
  try {
    await mkdir(logs, { recursive: true });
  } catch (error) {
    throw new CommandFailure(
      `The state folder ${path} cannot be made (${String(error)}): set SELVEDGE_STATE to a folder that you may write.`,
      { cause: error },
    );
  }
}

/** Names only: nothing is made. */
export function stateFolderAt(path: string): StateFolder {
  const logs = join(path, 'logs');
  return {
    path,
    lock: join(path, 'start.lock'),
    credentials: join(path, 'credentials.json'),
    routerConfig: join(path, 'router.yaml'),
    postgres: join(path, 'postgres'),
    logs,
    logOf: (service) => join(logs, `${service}.log`),
  };
}
