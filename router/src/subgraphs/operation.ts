/** One GraphQL operation on its way to a subgraph, and what came of it. */
import { ofNoCall, type CallOrigin, type FetchAnswer, type FetchError } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import { requestBody, type RequestTemplate } from '../execution/request-template.js';
import { applyRewrites } from '../execution/rewrites.js';
import type { TypeRelations } from '../execution/type-relations.js';
import type { SubgraphResponse, SubgraphResponseError } from './read-response.js';
import { SubgraphError, SubrequestFailure, type ErrorPath } from './subgraph-error.js';

export interface SubgraphOperation {
  readonly template: RequestTemplate;
  /** `"name":value` pairs, joined. */
  readonly variables: string;
  /** Texts of distinct objects; `null` where the operation begins at a root type. */
  readonly representations: readonly string[] | null;
}

export interface OperationOutcome {
  /** What the subgraph said, or why it said nothing that can be used. */
  readonly response: SubgraphResponse | SubrequestFailure;
  /** Whether the answer is its caller's alone: it came with a cookie, or said that it is private. */
  readonly isPrivate: boolean;
  /** Whether the call was for more callers than one. */
  readonly isShared: boolean;
  /** Whether the response is about the call, whatever else it carried, and not about this operation. */
  readonly isOfCall: boolean;
  /** From sending to the answer. */
  readonly milliseconds: number;
}

export function bodyOf({ template, variables, representations }: SubgraphOperation): string {
  return requestBody(template, variables, representations);
}

/** Everything that must be right for others to read it: as many entities as were asked for, and names given back. */
export function checked(
  { template, representations }: SubgraphOperation,
  response: SubgraphResponse,
  types: TypeRelations,
): SubgraphResponse | SubrequestFailure {
  if (response.data === null) return response;
  if (representations === null) {
    if (template.outputRewrites.length > 0) applyRewrites(types, template.outputRewrites, response.data);
    return response;
  }
  const entities = response.data['_entities'];
  // A null here is the subgraph's own error propagated; without one, it forgot to answer.
  if (entities === null && response.errors.length > 0) return { ...response, data: null };
  if (!Array.isArray(entities) || entities.length !== representations.length) {
    const got = Array.isArray(entities) ? String(entities.length) : 'none';
    const message = `answered with ${got} where ${representations.length} entities were expected`;
    return new SubrequestFailure('SUBREQUEST_MALFORMED_RESPONSE', message);
  }
  if (template.outputRewrites.length > 0) applyRewrites(types, template.outputRewrites, entities);
  return response;
}

/**
 * Whether all who asked together got nothing of their own, so that each might do better alone. A timeout is not one: it
 * would cost the subgraph most just when it has least to give.
 */
export function failedAsAWhole(
  { representations }: SubgraphOperation,
  { response }: OperationOutcome,
): boolean {
  if (response instanceof SubrequestFailure) return !isTimeout(response);
  const { data, errors, status } = response;
  if (status < 200 || status >= 300) return true;
  if (representations === null) return errors.some(({ path }) => path === undefined);
  // The nulls of one entity that went up to the root took what belonged to others with them.
  return data === null || errors.some(({ path }) => !isOfAnEntity(path, representations.length));
}

export function isTimeout(response: OperationOutcome['response']): boolean {
  return response instanceof SubrequestFailure && response.code === 'SUBREQUEST_TIMEOUT';
}

function isOfAnEntity(path: ErrorPath | undefined, size: number): boolean {
  const index = path?.[1];
  return typeof index === 'number' && index < size;
}

export function toAnswer(
  subgraph: string,
  { representations }: SubgraphOperation,
  { response, isPrivate }: Pick<OperationOutcome, 'response' | 'isPrivate'>,
): FetchAnswer {
  const size = representations?.length ?? 0;
  if (response instanceof SubrequestFailure) {
    const error: FetchError = { error: response.toSubgraphError(subgraph), entity: null, path: [] };
    return {
      data: null,
      entities: new Array<null>(size).fill(null),
      errors: [error],
      cacheControl: [undefined],
      isPrivate,
      ...ofNoCall,
    };
  }
  const { origin } = response;
  const isEmpty = response.data === null;
  return {
    data: representations === null ? response.data : null,
    entities: isEmpty ? new Array<null>(size).fill(null) : entitiesOf(response),
    errors: response.errors.map((error) => placed(subgraph, error, representations !== null, isEmpty)),
    cacheControl: [cacheControlOf(origin)],
    isPrivate: isPrivate || origin.extension?.answer?.isPrivate === true,
    origins: [origin],
    entityPlaces: null,
    // Whoever read the state of the cache before it was sent can say more.
    proofs: null,
  };
}

/** The HTTP answer's header is about all operations of an array, and the least of them decides it. */
function cacheControlOf({ extension, cacheControl }: CallOrigin): string | undefined {
  if (extension?.answer === undefined) return cacheControl;
  const { maxAge, isPrivate } = extension.answer;
  return maxAge > 0 ? `max-age=${maxAge}, ${isPrivate ? 'private' : 'public'}` : 'no-store';
}

function entitiesOf({ data }: SubgraphResponse): readonly (JsonObject | null)[] {
  const entities = data?.['_entities'];
  return Array.isArray(entities) ? (entities as (JsonObject | null)[]) : [];
}

function placed(
  subgraph: string,
  { message, path, extensions: { http, ...extensions } }: SubgraphResponseError,
  isEntityFetch: boolean,
  isEmpty: boolean,
): FetchError {
  const error = new SubgraphError(subgraph, message, {
    path,
    http,
    extensions: { ...extensions, service: subgraph },
  });
  // Without a path it is about everything, if there is nothing, and about nothing in particular otherwise.
  if (path === undefined) return { error, entity: null, path: isEmpty ? [] : undefined };
  if (!isEntityFetch) return { error, entity: null, path };
  const [, entity, ...below] = path;
  if (typeof entity === 'number') return { error, entity, path: below };
  return { error, entity: null, path: isEmpty ? [] : undefined };
}
