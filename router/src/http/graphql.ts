/**
 * From a client's HTTP request to its answer: reads and checks it (`read-request.ts`), takes a lease on the supergraph
 * of this moment, lets @apollo/server and the pipeline do the rest, and writes what came of it. A client that leaves,
 * and a request that overruns its time, abort every fetch that is still under way for them.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import { ClientError } from '@selvedge/errors';
import type { Logger } from 'pino';
import type { RouterConfig } from '../config/schema.js';
import type { CacheObserver } from '../caching/cache-observer.js';
import { reportTo } from '../caching/cache-report.js';
import { knownText, type PersistedQueryStore } from '../apq/persisted-queries.js';
import type { DirectAnswer, DirectAnswers } from '../pipeline/direct-answers.js';
import { requestContext, type RequestContext, type RequestFailure } from '../pipeline/request-context.js';
import type { HttpRequest } from '../pipeline/stages.js';
import { coarseness, deadlineHeader, deadlineOf, timeLeft } from '../subgraphs/deadline.js';
import type { CurrentSupergraph } from '../supergraph/current-supergraph.js';
import { asksForPlan } from '../telemetry/exposed-plan.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { Cors } from './cors.js';
import type { MediaType } from './media-types.js';
import { persistedQueryOf, writeSearch } from './parameters.js';
import { readRequest, type WellFormedRequest } from './read-request.js';
import { RequestLifetime } from './request-lifetime.js';
import { RequestTexts } from './request-texts.js';
import { ResponseHead, type Leaving } from './response-head.js';
import { sendError, type Refusal } from './respond.js';
import { write, writeBytes } from './write-answer.js';

export interface GraphQLHandlerOptions {
  readonly config: RouterConfig;
  readonly current: CurrentSupergraph;
  readonly cors: Cors;
  readonly log: Logger;
  /** `null` where nothing is observed. */
  readonly telemetry: Telemetry | null;
  /** `null` where they are off. */
  readonly persistedQueries: PersistedQueryStore | null;
  /** For one request: told what the cache does. */
  readonly newCacheObserver: () => CacheObserver;
}

type HandlerOptions = GraphQLHandlerOptions & { readonly texts: RequestTexts };

export type GraphQLHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
) => Promise<void>;

export function graphqlHandler(handlerOptions: GraphQLHandlerOptions): GraphQLHandler {
  const options = { ...handlerOptions, texts: new RequestTexts() };
  const { config, cors } = options;
  return async (incoming, response, search) => {
    if (incoming.method === 'OPTIONS') {
      cors.preflight(incoming, response);
      return;
    }
    const head = new ResponseHead();
    cors.allow(incoming, head);
    const method = incoming.method ?? '';
    if (method !== 'GET' && method !== 'POST') {
      incoming.resume();
      head.moveTo(response);
      const message = `expected GET or POST but got ${method}`;
      sendError(response, 405, 'BAD_REQUEST', message, { allow: 'GET, POST, OPTIONS' });
      return;
    }
    const started = performance.now();
    const observation = options.telemetry?.request(method, incoming.headers) ?? null;
    const lifetime = new RequestLifetime(
      response,
      deadlineOf(config.traffic_shaping.router.timeout, headerText(incoming.headers[deadlineHeader])),
      observation?.traces,
    );
    const id = randomUUID();
    head.setHeader('x-request-id', id);
    let failure: Partial<RequestFailure> = {};
    try {
      const read = await readRequest(incoming, search, options);
      if (read.kind === 'aborted') return;
      if (read.kind === 'refused') {
        failure = { codes: new Set([read.refusal.code]) };
        refuse(response, head, read.refusal, read.mediaType);
        return;
      }
      const { headers } = incoming;
      const request = { id, method, headers, incremental: read.incremental };
      const context = requestContext(request, lifetime, observation, options.newCacheObserver());
      ({ failure } = context);
      await answer(context, read, lifetime, { response, head }, options);
    } catch (error) {
      head.moveTo(response);
      throw error;
    } finally {
      lifetime.end();
      observation?.end(response.statusCode, failure.codes ?? noCodes);
      logFailure(options.log, id, response, failure, performance.now() - started);
    }
  };
}

async function answer(
  context: RequestContext,
  read: WellFormedRequest,
  lifetime: RequestLifetime,
  { response, head }: Leaving,
  options: HandlerOptions,
): Promise<void> {
  const { config } = options;
  const execution = execute(context, read, lifetime, options);
  const outcome = await lifetime.within(execution);
  const timing = context.observation?.serverTiming() ?? null;
  if (timing !== null) head.setHeader('server-timing', timing);
  reportTo(head, context.cacheObserver);
  if (outcome === 'overrun' || hasOverrun(context, lifetime)) {
    const message = `expected the request to finish within ${config.traffic_shaping.router.timeout} ms but it did not`;
    context.failure.codes.add('REQUEST_TIMEOUT');
    refuse(response, head, { status: 504, code: 'REQUEST_TIMEOUT', message }, read.mediaType);
    return;
  }
  if (outcome instanceof ClientError) {
    const { code, message } = outcome;
    context.failure.codes.add(code);
    refuse(response, head, { status: 503, code, message }, read.mediaType);
    return;
  }
  const leaving = { response, head };
  if ('bytes' in outcome) await writeBytes(leaving, outcome, read, context, config);
  else await write(leaving, outcome, read, context, config);
}

/** Holds the lease until the execution has ended, which may be after the client got its answer, or the first part of it. */
async function execute(
  context: RequestContext,
  read: WellFormedRequest,
  lifetime: RequestLifetime,
  { current, persistedQueries, texts }: HandlerOptions,
): Promise<HTTPGraphQLResponse | DirectAnswer | ClientError> {
  let lease;
  try {
    lease = current.acquire();
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
  let isInParts = false;
  try {
    const direct = await answerDirectly(lease.running.direct, context, read, persistedQueries);
    if (direct !== null) {
      const [operation] = read.operations;
      if (direct.isKept && operation !== undefined) texts.remember(read.text, operation);
      return direct;
    }
    const answer = await lease.running.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: asApolloRequest(context.request, read),
      context: () => Promise.resolve(context),
    });
    isInParts = answer.body.kind === 'chunked';
    return answer;
  } finally {
    const release = () => {
      lease.release();
    };
    if (isInParts) lifetime.onEnd(release);
    else release();
  }
}

/** @returns `null` where @apollo/server has to answer */
function answerDirectly(
  direct: DirectAnswers,
  context: RequestContext,
  { operations, isBatch, incremental }: WellFormedRequest,
  persistedQueries: PersistedQueryStore | null,
): Promise<DirectAnswer | null> | null {
  const [operation] = operations;
  if (isBatch || operation === undefined || incremental !== null) return null;
  if (asksForPlan(context.request.headers)) return null;
  const { query, operationName, variables = {} } = operation;
  const sha256Hash = persistedQueryOf(operation)?.sha256Hash ?? null;
  const text = knownText({ query, sha256Hash }, persistedQueries);
  if (text === null) return null;
  return direct.answer({ text, operationName, variables, parameters: operation }, context);
}

/** Fetches end at the request's deadline too: one whose end came first is no reason to call the rest an answer. */
function hasOverrun({ failure }: RequestContext, { deadline }: RequestLifetime): boolean {
  return failure.codes.has('SUBREQUEST_TIMEOUT') && timeLeft(deadline) < coarseness;
}

function asApolloRequest(
  { method, headers, incremental }: HttpRequest,
  { text, body, operations: [operation] }: WellFormedRequest,
) {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // What was negotiated, so that nobody negotiates something else.
  if (incremental !== null) map.set('accept', `multipart/mixed; ${incremental}, application/json`);
  // A GET goes on as it was understood: what is read twice could be read differently.
  if (method === 'GET' && operation !== undefined)
    return { method, headers: map, search: writeSearch(operation), body: undefined };
  return { method, headers: map, search: '', body: body ?? (JSON.parse(text) as unknown) };
}

function refuse(
  response: ServerResponse,
  head: ResponseHead,
  { status, code, message }: Refusal,
  mediaType: MediaType,
): void {
  head.moveTo(response);
  sendError(response, status, code, message, { 'content-type': mediaType });
}

/** One line for a request that failed, with its id; never a query's text, a variable or a header. */
function logFailure(
  log: Logger,
  requestId: string,
  response: ServerResponse,
  recorded: Partial<RequestFailure>,
  milliseconds: number,
): void {
  const status = response.statusCode;
  const hasLeft = response.destroyed && !response.writableFinished;
  if (status < 400 && !hasLeft && (recorded.codes === undefined || recorded.codes.size === 0)) return;
  const failure = describeFailure(recorded);
  // What the client did wrong is information; what we or a subgraph did wrong is a warning.
  const isOurs =
    status >= 500 || failure.subgraphs.length > 0 || failure.codes.includes('INTERNAL_SERVER_ERROR');
  const line = { requestId, status, ...failure, milliseconds: Math.round(milliseconds) };
  log[isOurs ? 'warn' : 'info'](line, hasLeft ? 'client left' : 'request failed');
}

function describeFailure(failure: Partial<RequestFailure>) {
  const { operations = [], codes = [], subgraphs = [], causes = [] } = failure;
  return { operations: [...operations], codes: [...codes], subgraphs: [...subgraphs], causes: [...causes] };
}

const noCodes: ReadonlySet<string> = new Set();

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
