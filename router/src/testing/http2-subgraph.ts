/** Servers that a subgraph may live on, by how they speak HTTP; all count their connections. */
import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import {
  createSecureServer,
  createServer as createHttp2,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type Settings,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { selfSignedCertificate } from './certificate.js';

export type Protocol = 'h1' | 'h1 over TLS' | 'h2c' | 'h2 over TLS';

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type HttpResponse = ServerResponse | Http2ServerResponse;
export type HttpAnswer = (request: ReceivedRequest, response: HttpResponse) => void;

export interface HttpSubgraph {
  readonly url: string;
  /** PEM of the certificate; undefined without TLS. */
  readonly ca: string | undefined;
  /** All that there ever were. */
  readonly connections: readonly Socket[];
  /** Of HTTP/2: all that there ever were. */
  readonly sessions: readonly ServerHttp2Session[];
  readonly requests: readonly ReceivedRequest[];
  answer: HttpAnswer;
  stop(): Promise<void>;
}

export async function startHttpSubgraph(
  protocol: Protocol,
  options: { readonly settings?: Settings; readonly port?: number } = {},
): Promise<HttpSubgraph> {
  const connections: Socket[] = [];
  const sessions: ServerHttp2Session[] = [];
  const requests: ReceivedRequest[] = [];
  const tls = protocol.endsWith('TLS') ? selfSignedCertificate() : undefined;
  const onRequest = (request: IncomingMessage | Http2ServerRequest, response: HttpResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const received = { headers: request.headers, body: Buffer.concat(chunks) };
      requests.push(received);
      subgraph.answer(received, response);
    });
  };
  const server = serverOf(protocol, tls, options.settings ?? {});
  server.on('request', onRequest);
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const subgraph: HttpSubgraph = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/graphql`,
    ca: tls?.cert,
    connections,
    sessions,
    requests,
    answer: (_request, response) => {
      answerJson(response, '{"data":{"a":1}}');
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of connections) socket.destroy();
      }),
  };
  return subgraph;
}

export function answerJson(
  response: HttpResponse,
  body: string | Buffer,
  headers: Record<string, string | string[]> = {},
): void {
  // The two kinds of response have the same methods, but no type in common.
  const plain = response as ServerResponse;
  plain.writeHead(200, { 'content-type': 'application/json', ...headers });
  plain.end(body);
}

function serverOf(
  protocol: Protocol,
  tls: ReturnType<typeof selfSignedCertificate> | undefined,
  settings: Settings,
) {
  switch (protocol) {
    case 'h1':
      return createHttp();
    case 'h1 over TLS':
      return createHttps({ ...tls });
    case 'h2c':
      return createHttp2({ settings });
    case 'h2 over TLS':
      return createSecureServer({ ...tls, settings }) as unknown as Http2Server;
  }
}
