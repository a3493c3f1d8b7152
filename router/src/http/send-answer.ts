/**
 * The last steps of an answer that is sent whole: on which terms it leaves, whether the client has it already, and in which
 * content coding it goes.
 */
import type { ClientTerms } from '../pipeline/client-cache.js';
import type { HttpRequest } from '../pipeline/stages.js';
import { chooseCoding, compress, variesByCoding, type Compressed, type ContentCoding } from './compress.js';
import { entityTag, isMatched } from './entity-tag.js';
import type { Leaving, ResponseHead } from './response-head.js';

export interface LeavingAnswer {
  readonly status: number;
  /** Nobody writes to them. */
  readonly bytes: Buffer;
  /** The same, where each byte is a character; `null`: it is not known. */
  readonly text: string | null;
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

export async function sendAnswer(
  { response, head }: Leaving,
  { status, bytes, text, validator, isKept }: LeavingAnswer,
  { request: { method, headers }, compresses }: SendOptions,
): Promise<void> {
  const varies = compresses && variesByCoding(bytes.length);
  const coding = varies ? chooseCoding(textOf(headers['accept-encoding']), bytes.length) : null;
  if (varies) head.appendHeader('vary', 'accept-encoding');
  if (validator !== null) {
    const tag = entityTag(validator.hash, coding);
    setTerms(head, validator.terms, tag);
    if (method === 'GET' && isMatched(headers['if-none-match'], tag)) {
      // With what the answer would have had of what says how it may be kept (RFC 9110, 15.4.5), and nothing of its content.
      head.removeHeader('content-type');
      head.write(response, 304);
      response.end();
      return;
    }
  }
  const compressed = coding === null ? null : await (isKept ? compressOnce : compress)(coding, bytes);
  if (compressed !== null) head.setHeader('content-encoding', compressed.encoding);
  const sent = compressed?.bytes ?? bytes;
  head.setHeader('content-length', String(sent.length));
  head.write(response, status);
  if (compressed === null && text !== null) response.end(text, 'latin1');
  else response.end(sent);
}

function setTerms(
  head: ResponseHead,
  { cacheControl, scope, vary, surrogateKeys }: ClientTerms,
  tag: string,
) {
  head.setHeader('cache-control', cacheControl);
  head.setHeader('etag', tag);
  for (const name of vary) head.appendHeader('vary', name);
  if (scope !== null) head.setHeader('age', '0');
  if (surrogateKeys !== null) head.setHeader(surrogateKeys.header, surrogateKeys.value);
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
