// What `npm start` keeps between runs, and where.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailure } from '../command-failure.js';

export interface StateFolder {
  readonly lock: string;
  readonly credentials: string;
  readonly routerConfig: string;
  /** The embedded server's data folder. */
  readonly postgres: string;
  readonly logs: string;
  logOf(service: string): string;
}

/** Makes the folder when it is missing. Throws a `CommandFailure` when it cannot be written. */
export async function openStateFolder(path: string): Promise<StateFolder> {
  const logs = join(path, 'logs');
  try {
    await mkdir(logs, { recursive: true });
  } catch (error) {
    throw new CommandFailure(
      `The state folder ${path} cannot be made (${String(error)}): set SELVEDGE_STATE to a folder that you may write.`,
      { cause: error },
    );
  }
  return {
    lock: join(path, 'start.lock'),
    credentials: join(path, 'credentials.json'),
    routerConfig: join(path, 'router.yaml'),
    postgres: join(path, 'postgres'),
    logs,
    logOf: (service) => join(logs, `${service}.log`),
  };
}
