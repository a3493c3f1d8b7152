// Which port of 127.0.0.1 the server gets. PostgreSQL cannot be asked for "any free one", so one is found first; that another
// program takes it in between is rare, told by the server's own error, and answered by trying another.
import { createServer } from 'node:net';
import { hasCode } from './system-error.js';

/** The preferred port if it is free, else any free one. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined) {
    const port = await probe(preferred);
    if (port !== undefined) return port;
  }
  const port = await probe(0);
  if (port === undefined) throw new Error('expected a free port on 127.0.0.1 but there is none');
  return port;
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (hasCode(error, 'EADDRINUSE') || hasCode(error, 'EACCES')) resolve(undefined);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}
