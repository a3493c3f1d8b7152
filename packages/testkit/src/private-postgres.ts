// A PostgreSQL of a test's own, for what no test may do to the run's server: kill it.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeThrowawayFolder, provisionStore, startEmbeddedPostgres } from '@selvedge/embedded';
import { guard } from './guard.js';

export interface PrivatePostgres {
  /** Of an empty store, as the role that owns it. Stays the same over `kill` and `restart`. */
  readonly url: string;
  /** SIGKILL: nobody is told, and the next start recovers everything that was committed. */
  kill(): void;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  /** Ends it and removes its data. Idempotent. */
  stop(): Promise<void>;
}

export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  const folder = await makeThrowawayFolder('private');
  const dataDir = join(folder, 'postgres');
  let server = await startEmbeddedPostgres({ dataDir });
  const { port } = server;
  const home = dirname(server.dataDir);
  let watch = guard(server.pid, home);
  const password = randomBytes(12).toString('base64url');
  return {
    url: await provisionStore(server.url, { database: 'store', role: 'store', password }),
    kill() {
      process.kill(server.pid, 'SIGKILL');
    },
    async restart() {
      watch.dismiss();
      server = await startEmbeddedPostgres({ dataDir, port });
      watch = guard(server.pid, home);
    },
    async stop() {
      await server.stop();
      for (const made of new Set([home, folder])) await rm(made, { recursive: true, force: true });
      watch.dismiss();
    },
  };
}
