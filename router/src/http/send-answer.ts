/**
 * The last steps of an answer that is sent whole: on which terms it leaves, whether the client has it already, and in which
 * content coding it goes.
 */
import type { ServerResponse } from 'node:http';
import type { ClientTerms } from '../pipeline/client-cache.js';
import type { HttpRequest } from '../pipeline/stages.js';
import { chooseCoding, compress, variesByCoding, type Compressed, type ContentCoding } from './compress.js';
import { entityTag, isMatched } from './entity-tag.js';

export interface LeavingAnswer {
  /** Nobody writes to them. */
  readonly bytes: Buffer;
  /** What the entity tag is made of, with the terms on which it leaves; `null`: it is to be asked for anew each time. */
  readonly validator: { readonly hash: string; readonly terms: ClientTerms } | null;
  /** Whether the same bytes are likely to be sent again. */
  readonly isKept: boolean;
}

export interface SendOptions {
  readonly request: Pick<HttpRequest, 'method' | 'headers'>;
  /** Whether clients that ask for it get it compressed. */
  readonly compresses: boolean;
}

/** @param response with its status and content type set */
export async function sendAnswer(
  response: ServerResponse,
  { bytes, validator, isKept }: LeavingAnswer,
  { request: { method, headers }, compresses }: SendOptions,
): Promise<void> {
  const varies = compresses && variesByCoding(bytes.length);
  const coding = varies ? chooseCoding(textOf(headers['accept-encoding']), bytes.length) : null;
  if (varies) response.appendHeader('vary', 'accept-encoding');
  if (validator !== null) {
    const tag = entityTag(validator.hash, coding);
    setTerms(response, validator.terms, tag);
    if (method === 'GET' && isMatched(headers['if-none-match'], tag)) {
      sendNotModified(response);
      return;
    }
  }
  const compressed = coding === null ? null : await (isKept ? compressOnce : compress)(coding, bytes);
  if (compressed !== null) response.setHeader('content-encoding', compressed.encoding);
  const sent = compressed?.bytes ?? bytes;
  response.setHeader('content-length', sent.length);
  response.end(sent);
}

function setTerms(
  response: ServerResponse,
  { cacheControl, scope, vary, surrogateKeys }: ClientTerms,
  tag: string,
) {
  response.setHeader('cache-control', cacheControl);
  response.setHeader('etag', tag);
  if (vary.length > 0) response.appendHeader('vary', vary);
  if (scope !== null) response.setHeader('age', '0');
  if (surrogateKeys !== null) response.setHeader(surrogateKeys.header, surrogateKeys.value);
}

/** With what the answer would have had of what says how it may be kept (RFC 9110, 15.4.5), and nothing of its content. */
function sendNotModified(response: ServerResponse): void {
  response.removeHeader('content-type');
  response.statusCode = 304;
  response.end();
}

/** What is sent again is compressed the first time only. */
async function compressOnce(coding: ContentCoding, bytes: Buffer): Promise<Compressed | null> {
  const known = compressedBefore.get(bytes) ?? new Map<ContentCoding, Compressed | null>();
  let compressed = known.get(coding);
  if (compressed === undefined) {
    compressed = await compress(coding, bytes);
    compressedBefore.set(bytes, known.set(coding, compressed));
  }
  return compressed;
}

/** By the bytes; as long as those are kept. */
const compressedBefore = new WeakMap<Buffer, Map<ContentCoding, Compressed | null>>();

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
