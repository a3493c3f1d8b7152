/**
 * Which path is answered by what, and the promise that whatever arrives is answered: bad HTTP with a status, a handler
 * that throws with an id for the log, and never with the end of the process.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { RouterConfig } from '../config/schema.js';
import type { GraphQLHandler } from './graphql.js';
import { send, sendError, sendJson } from './respond.js';
import type { StaticFiles } from './static-files.js';

export interface ListenerOptions {
  readonly config: RouterConfig;
  readonly graphql: GraphQLHandler;
  readonly explorer: StaticFiles;
  readonly isReady: () => boolean;
  readonly log: Logger;
}

export function requestListener(options: ListenerOptions): RequestListener {
  return (request, response) => {
    // An upload that breaks off is an error on the request; without a listener it would be one of the process.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    route(request, response, options).catch((error: unknown) => {
      const id = randomUUID();
      options.log.error({ errorId: id, err: error }, 'internal error');
      sendJson(response, 500, {
        errors: [{ message: `Internal error ${id}`, extensions: { code: 'INTERNAL_SERVER_ERROR', id } }],
      });
    });
  };
}

/** For the server's `clientError`: what is not HTTP at all gets an answer of a few bytes and a closed connection. */
export function refuseBadHttp(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'expected smaller headers']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'expected the request to arrive sooner']
        : ['400 Bad Request', 'expected an HTTP request'];
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
): Promise<void> {
  const [path, search] = splitUrl(request.url ?? '/');
  if (path === options.config.supergraph.path && !asksForHomepage(request, path, search)) {
    await options.graphql(request, response, search);
    return;
  }
  request.resume();
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (serveHealth(path, response, options)) return;
    if (options.config.homepage.enabled && serveExplorer(path, request, response, options)) return;
  }
  const example = options.config.supergraph.path;
  const message = `expected a path of the router, such as ${example}, but got ${path.slice(0, 200)}`;
  sendError(response, 404, 'NOT_FOUND', message);
}

/** Where the GraphQL path is `/` itself, a person who opens it in a browser sees the explorer. */
function asksForHomepage(request: IncomingMessage, path: string, search: string): boolean {
  return path === '/' && search === '' && request.method === 'GET' && prefersHtml(request);
}

function serveHealth(path: string, response: ServerResponse, { config, isReady }: ListenerOptions): boolean {
  if (config.health_check.enabled && path === config.health_check.path) {
    sendJson(response, 200, { status: 'UP' });
    return true;
  }
  if (path !== '/readiness') return false;
  sendJson(response, isReady() ? 200 : 503, { status: isReady() ? 'UP' : 'DOWN' });
  return true;
}

function serveExplorer(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { config, explorer }: ListenerOptions,
): boolean {
  if (path === '/' && !prefersHtml(request)) return false;
  if (explorer.serve(path, request, response)) return true;
  if (path !== '/') return false;
  send(response, 200, plainPage(config.supergraph.path), { 'content-type': 'text/html; charset=utf-8' });
  return true;
}

function plainPage(graphqlPath: string): string {
  const path = graphqlPath.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Selvedge router</title>' +
    `<h1>Selvedge router</h1><p>Send GraphQL to <code>POST ${path}</code>. The explorer is not built here: ` +
    'run <code>npm run build</code>.</p></html>\n'
  );
}

function splitUrl(url: string): [path: string, search: string] {
  const question = url.indexOf('?');
  return question === -1 ? [url, ''] : [url.slice(0, question), url.slice(question)];
}

/** A browser says `text/html` first; tools say anything or JSON. */
function prefersHtml(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').toLowerCase().includes('text/html');
}
