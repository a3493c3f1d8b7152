/**
 * Everything that is asked of a request before its operations are looked into: where it comes from, what it takes for
 * an answer, and that it is well formed. It knows no supergraph and no @apollo/server, so that whatever executes an
 * operation, by whatever way, can count on it.
 */
import type { IncomingMessage } from 'node:http';
import { ClientError } from '@selvedge/errors';
import type { RouterConfig } from '../config/schema.js';
import type { IncrementalFormat } from '../incremental/formats.js';
import type { Cors } from './cors.js';
import { checkFetchMetadata } from './fetch-metadata.js';
import { mediaTypes, negotiate, negotiateIncremental, type MediaType } from './media-types.js';
import { readOperation, readSearch, type OperationParameters } from './parameters.js';
import { parseBody, readBodyText } from './read-body.js';
import type { RequestTexts } from './request-texts.js';
import type { Refusal } from './respond.js';

export type ReadRequest =
  | WellFormedRequest
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly mediaType: MediaType }
  /** The client has gone before it had sent all: there is nobody to answer. */
  | { readonly kind: 'aborted' };

export interface WellFormedRequest {
  readonly kind: 'request';
  /** What a single result is sent as. */
  readonly mediaType: MediaType;
  /** How the client takes an answer in parts; `null`: it does not, or we do not give it. */
  readonly incremental: IncrementalFormat | null;
  /** Whether it takes nothing else: then a single result is the only part. */
  readonly takesOnlyParts: boolean;
  /** A POST's body, a GET's search, as it came. */
  readonly text: string;
  /** The body's JSON; `undefined` for a GET, and where the text is known. */
  readonly body: unknown;
  /** At least one. Nobody writes to them: others may have got the same. */
  readonly operations: readonly OperationParameters[];
  /** Whether they came as an array, and are answered by one. */
  readonly isBatch: boolean;
}

export interface ReadOptions {
  readonly config: RouterConfig;
  readonly cors: Cors;
  readonly texts: RequestTexts;
}

/** @param request a GET or POST, read to its end; @param search of its URL */
export async function readRequest(
  request: IncomingMessage,
  search: string,
  { config, cors, texts }: ReadOptions,
): Promise<ReadRequest> {
  const { method = '', headers } = request;
  const incremental = config.supergraph.defer_support ? negotiateIncremental(headers.accept) : null;
  const single = negotiate(headers.accept);
  const mediaType = single ?? (incremental === null ? null : mediaTypes[0]);
  const refused = (refusal: Refusal): ReadRequest => {
    // What is left of the body is thrown away: a connection closed over it would take the answer with it.
    request.resume();
    return { kind: 'refused', refusal, mediaType: mediaType ?? mediaTypes[0] };
  };
  const foreign = checkFetchMetadata({ method, headers }, cors.allows);
  if (foreign !== null) return refused(foreign);
  // Before anything is executed: a mutation whose answer nobody takes had better not run.
  if (mediaType === null) return refused(notAcceptable);
  const read = await readBodyText(request, config.limits.http_max_request_bytes);
  if (read.kind === 'aborted') return read;
  if (read.kind === 'refused') return refused(read);
  const text = read.text ?? search;
  const head = { kind: 'request', mediaType, incremental, takesOnlyParts: single === null, text } as const;
  const known = texts.get(text);
  if (known !== undefined) return { ...head, body: undefined, operations: [known], isBatch: false };
  const asked = readOperations(read.text, search, config);
  if ('status' in asked) return refused(asked);
  // The answers to an array are an array, which is not sent in parts.
  return asked.isBatch && head.takesOnlyParts ? refused(notAcceptable) : { ...head, ...asked };
}

type AskedOperations = Pick<WellFormedRequest, 'body' | 'operations' | 'isBatch'>;

/** @param text of a POST's body; `null`: the search of a GET has it */
function readOperations(
  text: string | null,
  search: string,
  config: RouterConfig,
): AskedOperations | Refusal {
  try {
    if (text === null) return { body: undefined, operations: [readSearch(search)], isBatch: false };
    const body = parseBody(text);
    if (body.kind === 'refused') return body;
    const { value } = body;
    if (!Array.isArray(value)) return { body: value, operations: [readOperation(value)], isBatch: false };
    const tooMany = checkBatch(value, config);
    return tooMany ?? { body: value, operations: value.map((each) => readOperation(each)), isBatch: true };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return { status: 400, code: error.code, message: error.message };
  }
}

const notAcceptable: Refusal = {
  status: 406,
  code: 'BAD_REQUEST',
  message: 'expected `accept` to take application/json or application/graphql-response+json but got neither',
};

/** Client batching: arrays of operations, as Apollo's batch link sends them. */
function checkBatch({ length }: readonly unknown[], { batching }: RouterConfig): Refusal | null {
  if (!batching.enabled) {
    const message =
      'expected one operation but got an array: client batching is disabled (`batching.enabled`)';
    return { status: 400, code: 'BAD_REQUEST', message };
  }
  if (length === 0) {
    return {
      status: 400,
      code: 'BAD_REQUEST',
      message: 'expected an array of operations but got an empty one',
    };
  }
  if (length <= batching.maximum_size) return null;
  const message = `expected at most ${batching.maximum_size} operations in one array but got ${length}`;
  return { status: 422, code: 'BATCH_LIMIT_EXCEEDED', message };
}
