// The listener of a subgraph: /graphql for the router, /health and /readiness for whoever keeps it running.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientError, type ErrorCode } from '@selvedge/errors';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { send } from './graphql-handler.js';

export interface HttpServerParts {
  readonly host: string;
  readonly port: number;
  /** Answers POST and GET on /graphql. */
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Null when ready to serve, else what is missing. */
  readonly notReadyBecause: () => Promise<string | null>;
  readonly log: Logger;
}

export interface HttpServer {
  readonly url: string;
  /** Stops accepting and lets requests finish, for at most the time given. */
  close(graceMilliseconds: number): Promise<void>;
}

export async function httpServer(parts: HttpServerParts): Promise<HttpServer> {
  const server = createServer((request, response) => {
    route(parts, request, response).catch((error: unknown) => {
      sendError(parts, response, error);
    });
  });
  // A malformed request line never reaches a handler.
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  });
  await listening(server, parts);
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { url: `http://${host}:${port}`, close: (grace) => closed(server, grace) };
}

async function route(
  parts: HttpServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://subgraph');
  if (pathname === '/graphql') {
    const reason = isReady.get(parts) === true ? null : await readiness(parts);
    if (reason !== null) throw new ClientError('STORE_UNAVAILABLE', `The subgraph is not ready: ${reason}.`);
    await parts.graphql(request, response);
    return;
  }
  if (pathname === '/health') {
    sendJson(response, 200, { status: 'UP' });
    return;
  }
  if (pathname === '/readiness') {
    const reason = await parts.notReadyBecause();
    sendJson(
      response,
      reason === null ? 200 : 503,
      reason === null ? { status: 'UP' } : { status: 'DOWN', reason },
    );
    return;
  }
  throw new ClientError('NOT_FOUND', `expected /graphql, /health or /readiness but got ${pathname}`);
}

/** Once ready, operations are let through without asking: a store that goes away later shows in its own error. */
const isReady = new WeakMap<HttpServerParts, boolean>();

async function readiness(parts: HttpServerParts): Promise<string | null> {
  const reason = await parts.notReadyBecause();
  if (reason === null) isReady.set(parts, true);
  return reason;
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  REQUEST_BODY_TOO_LARGE: 413,
  STORE_UNAVAILABLE: 503,
};

function sendError(parts: HttpServerParts, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof ClientError) {
    sendJson(response, statusOf[error.code] ?? 400, {
      errors: [{ message: error.message, extensions: { code: error.code } }],
    });
    return;
  }
  const id = randomUUID();
  parts.log.error({ id, err: error }, 'internal error');
  sendJson(response, 500, {
    errors: [{ message: `Internal error ${id}`, extensions: { code: 'INTERNAL_SERVER_ERROR', id } }],
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
}

function listening(server: Server, { host, port }: HttpServerParts): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(
        isTaken
          ? new Error(`PORT: expected a free port but got ${port}, on which another process listens`)
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

async function closed(server: Server, grace: number): Promise<void> {
  const done = new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, grace);
  await done;
  clearTimeout(timer);
}
