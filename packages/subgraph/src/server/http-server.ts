// The listener of a subgraph: /graphql for the router, /health, /readiness and /metrics for whoever keeps it running.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ClientError, type ErrorCode } from '@selvedge/errors';
import type { Logger } from 'pino';
import { acceptedCodings } from './content-coding.js';
import { send } from './graphql-handler.js';

/** What the listener is made of. */
export interface HttpServerParts {
  readonly host: string;
  readonly port: number;
  /** Answers whatever comes to /graphql; what it throws is answered as an error. */
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Null when ready to serve, else what is missing. */
  readonly notReadyBecause: () => Promise<string | null>;
  /** What else `/readiness` says of a process that is. */
  readonly readiness?: () => Promise<Readonly<Record<string, unknown>>>;
  /** In Prometheus' text format. */
  readonly metrics?: () => Promise<string>;
  readonly log: Logger;
}

/** A listener that listens. */
export interface HttpServer {
  readonly url: string;
  /** Stops accepting and lets requests finish, for at most the time given. */
  close(graceMilliseconds: number): Promise<void>;
}

/** Resolves once it listens; rejects with one sentence when it cannot. */
export async function httpServer(parts: HttpServerParts): Promise<HttpServer> {
  let isClosing = false;
  const server = createServer((request, response) => {
    // A kept-alive connection would outlive its last request by its idle time.
    response.once('close', () => {
      if (isClosing)
        setImmediate(() => {
          server.closeIdleConnections();
        });
    });
    route(parts, request, response).catch((error: unknown) => {
      sendError(parts, response, error);
    });
  });
  server.on('clientError', refuseMalformed);
  await listening(server, parts);
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    close: (grace) => {
      isClosing = true;
      return closed(server, grace);
    },
  };
}

async function route(
  parts: HttpServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Not parsed as a URL: a client may send a target that is none, such as `//`.
  const [path = '/'] = (request.url ?? '/').split('?');
  if (path === '/graphql') {
    await parts.graphql(request, response);
    return;
  }
  if (path === '/health') {
    sendJson(response, 200, { status: 'UP' });
    return;
  }
  if (path === '/readiness') {
    const reason = await parts.notReadyBecause();
    if (reason === null) sendJson(response, 200, { status: 'UP', ...(await parts.readiness?.()) });
    else sendJson(response, 503, { status: 'DOWN', reason });
    return;
  }
  if (path === '/metrics' && parts.metrics !== undefined) {
    send(response, 200, await parts.metrics(), {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    return;
  }
  throw new ClientError(
    'NOT_FOUND',
    `expected /graphql, /health, /readiness or /metrics but got ${path.slice(0, 60)}`,
  );
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  REQUEST_BODY_TOO_LARGE: 413,
  UNSUPPORTED_CONTENT_CODING: 415,
  STORE_UNAVAILABLE: 503,
};

function sendError(parts: HttpServerParts, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof ClientError) {
    if (error.code === 'UNSUPPORTED_CONTENT_CODING') response.setHeader('accept-encoding', acceptedCodings);
    sendJson(response, statusOf[error.code] ?? 400, errorBody(error.message, { code: error.code }));
    return;
  }
  const id = randomUUID();
  parts.log.error({ id, err: error }, 'internal error');
  sendJson(response, 500, errorBody(`Internal error ${id}`, { code: 'INTERNAL_SERVER_ERROR', id }));
}

function errorBody(message: string, extensions: { readonly code: ErrorCode; readonly id?: string }): object {
  return { errors: [{ message, extensions }] };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
}

/** What Node's parser refuses never reaches a handler: answered here, and the connection is over. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = malformedStatus[error.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify(
    errorBody('expected an HTTP request but got something else', { code: 'BAD_REQUEST' }),
  );
  const head = [
    `HTTP/1.1 ${status}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

const malformedStatus: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function listening(server: Server, { host, port, log }: HttpServerParts): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      reject(listenError(error, host, port));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      server.on('error', (error) => {
        log.error({ err: error }, 'the listener failed');
      });
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`PORT: expected a free port but got ${port}, on which another process listens`);
    case 'EACCES':
      return new Error(`PORT: expected a port that this user may listen on but got ${port}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`HOST: expected an address of this machine but got ${host}`);
    default:
      return error;
  }
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
