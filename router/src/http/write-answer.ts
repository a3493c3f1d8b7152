/** Puts what came of a request on its response: bytes that are ready, or what @apollo/server says. */
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { RouterConfig } from '../config/schema.js';
import { hashOf } from '../pipeline/answer-hash.js';
import type { DirectAnswer } from '../pipeline/direct-answers.js';
import type { RequestContext } from '../pipeline/request-context.js';
import type { HttpRequest } from '../pipeline/stages.js';
import { operationStatus } from './media-types.js';
import type { WellFormedRequest } from './read-request.js';
import type { Leaving } from './response-head.js';
import { sendAnswer, type LeavingAnswer, type SendOptions } from './send-answer.js';
import { multipartType, onlyPart, writeParts } from './write-parts.js';

export async function writeBytes(
  leaving: Leaving,
  { bytes, text, estimatedCost, hash, terms, isKept }: DirectAnswer,
  { mediaType }: WellFormedRequest,
  { request }: RequestContext,
  config: RouterConfig,
): Promise<void> {
  const { response, head } = leaving;
  if (response.destroyed || response.headersSent) return;
  head.appendHeader('vary', 'accept');
  head.setHeader('content-type', mediaType);
  if (estimatedCost !== null) head.setHeader('x-selvedge-cost', String(estimatedCost));
  if (hash === null) head.setHeader('cache-control', 'no-cache');
  const validator = hash === null ? null : { hash, terms };
  const answer = { status: 200, bytes, text, validator, isKept };
  await sendAnswer(leaving, answer, sendOptions(request, config));
}

export async function write(
  leaving: Leaving,
  { status = 200, headers, body }: HTTPGraphQLResponse,
  { mediaType, isBatch, incremental, takesOnlyParts }: WellFormedRequest,
  context: RequestContext,
  config: RouterConfig,
): Promise<void> {
  const { response, head } = leaving;
  if (response.destroyed || response.headersSent) return;
  head.setHeader('cache-control', 'no-cache');
  head.appendHeader('vary', 'accept');
  for (const [name, value] of headers) head.setHeader(name, value);
  // Of an array, that one operation failed is said in its own answer.
  const sent = isBatch && status === 400 ? 200 : operationStatus(status, mediaType);
  const parts = takesOnlyParts ? incremental : null;
  if (body.kind === 'complete' && parts === null) {
    head.setHeader('content-type', mediaType);
    const bytes = Buffer.from(body.string);
    const validator = isBatch || sent !== 200 ? null : validatorOf(bytes, context);
    const answer = { status: sent, bytes, text: null, validator, isKept: false };
    await sendAnswer(leaving, answer, sendOptions(context.request, config));
    return;
  }
  if (body.kind === 'complete' && parts !== null) head.setHeader('content-type', multipartType(parts));
  head.moveTo(response);
  response.statusCode = sent;
  if (body.kind === 'complete') response.end(onlyPart(body.string));
  else await writeParts(response, body.asyncIterator);
}

function validatorOf(bytes: Buffer, { leaving: { terms } }: RequestContext): LeavingAnswer['validator'] {
  return terms && { hash: hashOf(bytes), terms };
}
function sendOptions(request: HttpRequest, { traffic_shaping: { router } }: RouterConfig): SendOptions {
  return { request, compresses: router.compression };
}
