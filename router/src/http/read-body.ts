/** Reads a request's JSON body within bounds. What is wrong with it is a refusal with a status, never a crash. */
import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '@selvedge/errors';
import { essenceOf } from './media-types.js';
import type { Refusal } from './respond.js';

type Unread =
  | ({ readonly kind: 'refused' } & Refusal)
  /** The client has gone before it had sent all: there is nobody to answer. */
  | { readonly kind: 'aborted' };

export type ReadBody = { readonly kind: 'json'; readonly value: unknown } | Unread;

/** `null` for a GET. */
export type ReadText = { readonly kind: 'text'; readonly text: string | null } | Unread;

/** @param request a POST */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
  const body = await readBodyText(request, maxBytes);
  return body.kind === 'text' ? parseBody(body.text ?? '') : body;
}

/** @returns the text of what says of itself that it is JSON */
export async function readBodyText(request: IncomingMessage, maxBytes: number): Promise<ReadText> {
  const unsupported = checkContent(request);
  if (unsupported !== null) return refuse(request, 415, unsupported);
  if (request.method === 'GET') {
    request.resume();
    return { kind: 'text', text: null };
  }
  const body = await readBytes(request, maxBytes);
  if (body === 'aborted') return { kind: 'aborted' };
  if (body !== 'too large') return { kind: 'text', text: body.toString('utf8') };
  const message = `expected a body of at most ${maxBytes} bytes but got more`;
  return refuse(request, 413, message, 'REQUEST_BODY_TOO_LARGE');
}

export function parseBody(text: string): Exclude<ReadBody, { kind: 'aborted' }> {
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    const message = 'expected the body to be JSON but got something that does not parse';
    return { kind: 'refused', status: 400, code: 'BAD_REQUEST', message };
  }
}

/** @returns what is wrong with the headers that describe the body; `null` where nothing is */
function checkContent({ method, headers }: IncomingMessage): string | null {
  const contentType = headers['content-type'] ?? '';
  const essence = essenceOf(contentType);
  if (method === 'GET' && essence === '') return null;
  if (essence !== 'application/json') {
    return `expected content-type application/json but got ${essence || 'none'}`;
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return `expected a plain body but got one encoded as ${encoding}`;
  const charset = /;\s*charset=([^;]*)/i.exec(contentType)?.[1]?.trim() ?? 'utf-8';
  return /^"?utf-?8"?$/i.test(charset) ? null : `expected a body in UTF-8 but got one in ${charset}`;
}

/** What is left of a refused body is read and thrown away: a connection closed over it would take the answer with it. */
function refuse(
  request: IncomingMessage,
  status: number,
  message: string,
  code: ErrorCode = 'BAD_REQUEST',
): Unread {
  request.resume();
  return { kind: 'refused', status, code, message };
}

async function readBytes(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | 'too large' | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too large';
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: Buffer | 'too large' | 'aborted') => {
      request.off('data', onData);
      resolve(outcome);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) settle('too large');
      else chunks.push(chunk);
    };
    request.on('data', onData);
    // Each comes once; `close` comes after an error, too.
    request.on('end', () => {
      const [only] = chunks;
      settle(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
    });
    request.on('close', () => {
      settle('aborted');
    });
  });
}
