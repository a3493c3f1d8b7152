/** The invalidation endpoint on an address of its own, which clients need not reach. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResponseCacheConfig } from '../../config/schema.js';
import { sendError } from '../../http/respond.js';

type ListenOptions = NonNullable<ResponseCacheConfig['invalidation']>;

export interface InvalidationServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws node's error when the address cannot be had */
export async function startInvalidationServer(
  { listen, path }: ListenOptions,
  endpoint: RequestListener,
): Promise<InvalidationServer> {
  const server = createServer(
    { requestTimeout: 30_000 },
    atPath(path, endpoint, (request, response) => {
      request.resume();
      sendError(response, 404, 'NOT_FOUND', `expected the path ${path} but got another one`);
    }),
  );
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return {
    url: `http://${host}:${port}${path}`,
    async close() {
      // Whoever waits for an answer gets it: that takes no longer than Redis is given. Who is still sending does not.
      const cutOff = setTimeout(() => {
        server.closeAllConnections();
      }, patience);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(cutOff);
    },
  };
}

/** @returns a listener that gives one path to the endpoint and all else to another listener */
export function atPath(path: string, endpoint: RequestListener, others: RequestListener): RequestListener {
  return (request, response) => {
    const [asked] = (request.url ?? '/').split('?', 1);
    (asked === path ? endpoint : others)(request, response);
  };
}

/** Milliseconds. */
const patience = 2_000;
