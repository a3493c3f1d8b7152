/**
 * Where jobs, scripts and whoever else writes around the router say what they have changed, with Apollo Router's body and
 * answers. It answers when every router passes what was there before, and not sooner.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { CacheUnavailable } from '@selvedge/cache';
import type { Logger } from 'pino';
import { readJsonBody } from '../../http/read-body.js';
import { sendError, sendJson } from '../../http/respond.js';
import type { GraphNames } from './graph-names.js';
import type { InvalidationPort } from './invalidation-port.js';
import { BadInvalidation, readInvalidations, type Invalidations } from './read-invalidations.js';
import type { SharedKeys } from './shared-keys.js';

export interface InvalidationEndpointOptions {
  readonly port: InvalidationPort;
  readonly keys: SharedKeys;
  /** Of the supergraph of the moment. */
  readonly names: () => GraphNames;
  readonly log: Logger;
  readonly observer: InvalidationObserver;
}

export interface InvalidationObserver {
  /** @param fences how many; 0: it was refused */
  invalidated(outcome: 'done' | 'refused' | 'unavailable', fences: number, milliseconds: number): void;
}

export function invalidationEndpoint(options: InvalidationEndpointOptions): RequestListener {
  return (request, response) => {
    const started = performance.now();
    answer(request, response, options).then(
      ({ outcome, fences }) => {
        options.observer.invalidated(outcome, fences, performance.now() - started);
      },
      (err: unknown) => {
        options.log.error({ err }, 'an invalidation failed');
        sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal error');
      },
    );
  };
}

interface Answered {
  readonly outcome: 'done' | 'refused' | 'unavailable';
  readonly fences: number;
}

const refused: Answered = { outcome: 'refused', fences: 0 };

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: InvalidationEndpointOptions,
): Promise<Answered> {
  const key = request.headers.authorization;
  if (request.method !== 'POST') {
    request.resume();
    const message = `expected the method POST but got ${request.method ?? 'none'}`;
    sendError(response, 405, 'BAD_REQUEST', message, { allow: 'POST' });
    return refused;
  }
  // Before the body: only who has a key may have us read it.
  if (key === undefined || !options.keys.isKnown(key)) {
    request.resume();
    const got = key === undefined ? 'none' : 'another one';
    sendError(response, 401, 'UNAUTHENTICATED', `expected a shared key as \`authorization\` but got ${got}`);
    return refused;
  }
  const body = await readJsonBody(request, maxBytes);
  if (body.kind === 'aborted') return refused;
  if (body.kind === 'refused') {
    const { status, code, message } = body;
    sendError(response, status, code, message);
    return refused;
  }
  const invalidations = read(body.value, key, options);
  if (typeof invalidations === 'string') {
    sendError(response, 400, 'BAD_REQUEST', invalidations);
    return refused;
  }
  if (invalidations === null) {
    const message = 'expected the shared key of all these subgraphs but got that of others';
    sendError(response, 401, 'UNAUTHENTICATED', message);
    return refused;
  }
  return carryOut(invalidations, response, options);
}

/** @returns what is wrong with it; `null`: the key is not for all of it */
function read(
  body: unknown,
  key: string,
  { keys, names }: InvalidationEndpointOptions,
): Invalidations | string | null {
  try {
    const invalidations = readInvalidations(body, names());
    return [...invalidations.keys()].every((subgraph) => keys.allows(key, subgraph)) ? invalidations : null;
  } catch (error) {
    if (error instanceof BadInvalidation) return error.message;
    throw error;
  }
}

async function carryOut(
  invalidations: Invalidations,
  response: ServerResponse,
  { port, log }: InvalidationEndpointOptions,
): Promise<Answered> {
  const settled = await Promise.allSettled(
    [...invalidations].map(([subgraph, tags]) =>
      port.invalidate(subgraph, { cluster: null, xids: [], tags: [...tags] }),
    ),
  );
  const failure = settled.find((one) => one.status === 'rejected');
  if (failure !== undefined) {
    if (!(failure.reason instanceof CacheUnavailable)) throw failure.reason;
    log.warn({ reason: failure.reason.message }, 'an invalidation could not be recorded');
    const message = 'expected the cache to be reachable but it is not; send the whole request again';
    sendError(response, 503, 'CACHE_UNAVAILABLE', message, { 'retry-after': '1' });
    return { outcome: 'unavailable', fences: 0 };
  }
  const count = [...invalidations.values()].reduce((sum, tags) => sum + tags.size, 0);
  sendJson(response, 202, { count });
  return { outcome: 'done', fences: count };
}

/** Of a body; some ten thousand tags. */
const maxBytes = 1_000_000;
