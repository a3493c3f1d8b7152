// One HTTP request with one operation, or an array of them, to one HTTP answer. Compiled `_entities` operations are answered
// here; all others, and compiled ones that meet an error, go through @apollo/server.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import { ClientError } from '@selvedge/errors';
import {
  cacheExtensionName,
  cacheRequestHeader,
  cacheRequestVersion,
  type CacheExtension,
} from '@selvedge/cache';
import { RequestInputs, type ViewerOutcome } from '../caching/request-inputs.js';
import type { StoreCoverage } from '../caching/store-coverage.js';
import type { KitContext, SubgraphContext } from '../context.js';
import { deadlineOf, expiredBy } from '../deadline.js';
import type { CompilableRequest, CompiledEntities } from '../entities-path/compiled-entities.js';
import { subgraphContext } from '../operation-context.js';
import type { Store } from '../store/store.js';
import type { ViewerReader } from '../viewer.js';
import { readBody } from './body.js';

/** A router batches representations by the hundred; 10 MB is far above what one sends. */
const maxBodyBytes = 10_000_000;

export interface GraphQLHandlerParts {
  readonly apollo: ApolloServer<SubgraphContext>;
  /** Null where plugins want to see every request. */
  readonly compiled: CompiledEntities | null;
  readonly store: Store;
  readonly viewer: ViewerReader;
  readonly coverage: StoreCoverage;
}

export async function handleGraphQL(
  parts: GraphQLHandlerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const deadline = deadlineOf(request.headers);
  const body = request.method === 'POST' ? parsedBody(await readBody(request, maxBodyBytes)) : undefined;
  const viewer = await viewerOf(parts, request);
  const expired = expiredBy(deadline);
  if (expired !== null) {
    sendExpired(response, expired);
    return;
  }
  const context = subgraphContext({
    store: parts.store,
    inputs: new RequestInputs(request.headers, viewer),
    deadline,
    coverage: coverageFor(parts, request),
  });
  const compiled = await answerCompiled(parts.compiled, body, context, request);
  if (compiled !== null) {
    send(response, 200, compiled.text, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': compiled.cacheControl,
    });
    return;
  }
  const answer = await parts.apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method ?? 'GET',
      headers: headerMap(request),
      body,
      search: new URL(request.url ?? '/', 'http://subgraph').search,
    },
    context: () => Promise.resolve(context),
  });
  if (context.isOutcomeUnknown) {
    // No GraphQL answer: it would say of the mutation what nobody knows, and the router would take its word.
    send(response, 503, outcomeUnknown, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    return;
  }
  const text = answer.body.kind === 'complete' ? answer.body.string : await joined(answer.body.asyncIterator);
  // Of an array's operations, which share the headers, whichever ends last has said how long the whole may be kept.
  if (Array.isArray(body) || !answer.headers.has('cache-control'))
    answer.headers.set('cache-control', 'no-store');
  send(response, answer.status ?? 200, text, Object.fromEntries(answer.headers));
}

const outcomeUnknown = 'expected to hear whether a transaction was committed but its connection was lost\n';

/** The router is told that nothing was written, so that it need not pass the store by. */
function sendExpired(response: ServerResponse, { message, code }: ClientError): void {
  const nothingWritten: CacheExtension = { cluster: null };
  const body = {
    errors: [{ message, extensions: { code } }],
    extensions: { [cacheExtensionName]: nothingWritten },
  };
  send(response, 408, JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
}

/** A token that is not valid fails who reads the viewer, and only those: other answers do not depend on it. */
async function viewerOf(parts: GraphQLHandlerParts, request: IncomingMessage): Promise<ViewerOutcome> {
  try {
    return await parts.viewer(request.headers.authorization);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Where the router asks what answers are made of. */
function coverageFor({ coverage }: GraphQLHandlerParts, request: IncomingMessage): StoreCoverage | null {
  if (request.headers[cacheRequestHeader] !== cacheRequestVersion) return null;
  coverage.keepFresh();
  return coverage;
}

/** Sends an answer whose length is known. */
export function send(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function parsedBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ClientError('BAD_REQUEST', 'expected a body of JSON but got something else');
  }
}

interface Compiled {
  readonly text: string;
  readonly cacheControl: string;
}

/** The whole answer where every operation of the request is compiled and meets no error. */
async function answerCompiled(
  compiled: CompiledEntities | null,
  body: unknown,
  context: KitContext,
  request: IncomingMessage,
): Promise<Compiled | null> {
  if (compiled === null || body === undefined || !takesJson(request)) return null;
  if (!Array.isArray(body)) return answerOne(compiled, body, context);
  const members = await Promise.all(body.map((member) => answerOne(compiled, member, context)));
  const done = members.filter((member) => member !== null);
  if (done.length === 0 || done.length < members.length) return null;
  const [first] = done;
  const isSame = done.every(({ cacheControl }) => cacheControl === first?.cacheControl);
  return {
    text: `[${done.map(({ text }) => text).join(',')}]`,
    cacheControl: isSame ? (first?.cacheControl ?? 'no-store') : 'no-store',
  };
}

async function answerOne(
  compiled: CompiledEntities,
  body: unknown,
  context: KitContext,
): Promise<Compiled | null> {
  if (!isCompilable(body)) return null;
  const recorder = context.newRecorder();
  const answer = await compiled.answer(body, context.loaders, recorder);
  if (answer === null) return null;
  const { data, lifetime, cacheControl } = answer;
  const result =
    recorder === null
      ? { data }
      : { data, extensions: { [cacheExtensionName]: recorder.extension(lifetime) } };
  return { text: JSON.stringify(result), cacheControl };
}

/** A request that may be compiled: a text and variables, and nothing that asks for anything else. */
function isCompilable(body: unknown): body is CompilableRequest {
  if (!isRecord(body)) return false;
  const { query, variables, extensions, operationName } = body;
  return (
    typeof query === 'string' &&
    isRecord(variables) &&
    extensions == null &&
    (operationName == null || typeof operationName === 'string')
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether the client takes `application/json`; a stricter one gets what @apollo/server negotiates. */
function takesJson(request: IncomingMessage): boolean {
  const { accept } = request.headers;
  const isJson = request.headers['content-type']?.startsWith('application/json') === true;
  return isJson && (accept === undefined || accept.includes('*/*') || accept.includes('application/json'));
}

function headerMap(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

async function joined(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}
