/**
 * From the bytes that a subgraph sent to a GraphQL response (GraphQL over HTTP, 6.4; GraphQL specification, 7.1), or to
 * a failure that says what it was instead. Nothing of a body that is not a GraphQL response reaches the client.
 */
import { cacheExtensionName } from '@selvedge/cache';
import { readCacheExtension } from '../caching/read-extension.js';
import type { CallOrigin } from '../execution/fetch-answer.js';
import { lessAge } from './cache-control.js';
import { SubrequestFailure, type ErrorPath } from './subgraph-error.js';
import type { SubgraphReply } from './transport.js';

export interface SubgraphResponse {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly SubgraphResponseError[];
  /** Of the HTTP answer. */
  readonly status: number;
  readonly origin: CallOrigin;
}

export interface SubgraphResponseError {
  readonly message: string;
  readonly path: ErrorPath | undefined;
  readonly extensions: Record<string, unknown>;
}

/** @throws SubrequestFailure */
export function readResponse(reply: SubgraphReply): SubgraphResponse {
  return toResponse(parseJson(reply), reply);
}

/** The answer to an HTTP array: one entry for each operation, each a response or a failure of its own. */
export function readBatchResponse(
  reply: SubgraphReply,
  size: number,
): (SubgraphResponse | SubrequestFailure)[] {
  const entries = parseJson(reply);
  if (Array.isArray(entries) && entries.length === size) {
    return entries.map((entry: unknown) => orFailure(() => toResponse(entry, reply)));
  }
  if (!isSuccess(reply.status)) throw httpError(reply.status);
  const got = Array.isArray(entries) ? `an array of ${entries.length}` : describe(entries);
  throw malformed(`answered with ${got} where an array of ${size} responses was expected`);
}

function parseJson(reply: SubgraphReply): unknown {
  const essence = reply.contentType?.split(';', 1)[0]?.trim().toLowerCase();
  const isJson =
    essence === undefined ||
    essence === 'application/json' ||
    essence === 'application/graphql-response+json';
  if (!isJson) {
    if (!isSuccess(reply.status)) throw httpError(reply.status);
    throw malformed(`answered with ${essence} where JSON was expected`);
  }
  try {
    return JSON.parse(reply.body);
  } catch (error) {
    if (!isSuccess(reply.status)) throw httpError(reply.status);
    throw malformed('answered with something that is not JSON', error);
  }
}

function toResponse(body: unknown, reply: SubgraphReply): SubgraphResponse {
  const { status } = reply;
  const isResponse = isRecord(body) && (Array.isArray(body['errors']) || 'data' in body);
  // A status that is not 2xx is the failure, unless the body is the GraphQL response that explains it.
  if (!isSuccess(status) && !(isResponse && Array.isArray(body['errors']))) throw httpError(status);
  if (!isRecord(body))
    throw malformed(`answered with ${describe(body)} where a GraphQL response was expected`);
  if (!isResponse) throw malformed('answered with an object that has neither `data` nor `errors`');
  const data = body['data'] ?? null;
  if (data !== null && !isRecord(data)) throw malformed(`answered with ${describe(data)} as \`data\``);
  const errors = body['errors'] ?? [];
  if (!Array.isArray(errors)) throw malformed(`answered with ${describe(errors)} as \`errors\``);
  if (data === null && errors.length === 0) throw malformed('answered with neither data nor an error');
  return { data, errors: errors.map(toResponseError), status, origin: originOf(body, reply) };
}

function originOf(body: Record<string, unknown>, reply: SubgraphReply): CallOrigin {
  const { cacheControl, hasSetCookie } = reply;
  const { extensions } = body;
  const extension = isRecord(extensions) ? readCacheExtension(extensions[cacheExtensionName]) : null;
  // Nobody asks what an answer varies by if it must not be kept.
  const vary = extension === null && cacheControl !== undefined ? reply.header('vary') : undefined;
  return {
    extension,
    cacheControl: cacheControl && lessAge(cacheControl, reply.header('age')),
    vary,
    hasSetCookie,
    hasErrors: body['errors'] !== undefined,
    ...(reply.status >= 500 && { isServerError: true }),
  };
}

function toResponseError(error: unknown): SubgraphResponseError {
  if (!isRecord(error)) throw malformed(`answered with ${describe(error)} as one of its \`errors\``);
  const { message, path, extensions } = error;
  return {
    message: typeof message === 'string' && message !== '' ? message : 'the subgraph gave no message',
    path: isPath(path) ? path : undefined,
    extensions: isRecord(extensions) ? extensions : {},
  };
}

function orFailure(read: () => SubgraphResponse): SubgraphResponse | SubrequestFailure {
  try {
    return read();
  } catch (error) {
    if (error instanceof SubrequestFailure) return error;
    throw error;
  }
}

function isPath(path: unknown): path is ErrorPath {
  return (
    Array.isArray(path) &&
    path.every((step) => typeof step === 'string' || (Number.isInteger(step) && step >= 0))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : `a ${typeof value}`.replace('a object', 'an object');
}

function httpError(status: number): SubrequestFailure {
  return new SubrequestFailure('SUBREQUEST_HTTP_ERROR', `answered with HTTP status ${status}`, { status });
}

function malformed(message: string, cause?: unknown): SubrequestFailure {
  return new SubrequestFailure('SUBREQUEST_MALFORMED_RESPONSE', message, { cause });
}
