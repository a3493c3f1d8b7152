// A taken port is found out before anything else starts: later it would be one failed service among seven logs.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure } from '../command-failure.js';

/**
 * Throws a `CommandFailure` when the port on 127.0.0.1 cannot be listened on.
 *
 * @param patience how long, in milliseconds, to wait for whoever has it
 */
export async function assertPortFree(port: number, patience = 0): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      await listenOnce(port);
      return;
    } catch (error) {
      if (Date.now() >= deadline) throw new CommandFailure(sentenceFor(port, error), { cause: error });
      await sleep(50);
    }
  }
}

async function listenOnce(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

function sentenceFor(port: number, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${port} is already in use: stop what listens there, or set PORT to another (PORT=${port + 1} npm start).`;
  }
  if (code === 'EACCES') {
    return `Port ${port} may not be listened on by this user: set PORT to one above 1023 (PORT=4000 npm start).`;
  }
  return `Port ${port} cannot be listened on (${String(error)}): set PORT to another.`;
}
