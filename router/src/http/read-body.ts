/** Reads a request's JSON body within bounds. What is wrong with it is a refusal with a status, never a crash. */
import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '@selvedge/errors';

export type ReadBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly status: number; readonly code: ErrorCode; readonly message: string }
  /** The client has gone before it had sent all: there is nobody to answer. */
  | { readonly kind: 'aborted' };

/** @returns `undefined` as the value where the content type is not JSON: what to say of that is @apollo/server's */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
  const [essence = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (essence.trim() !== 'application/json') {
    request.resume();
    return { kind: 'json', value: undefined };
  }
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    return refuse(request, 415, `expected a plain body but got one encoded as ${encoding}`);
  const charset = parameters
    .find((parameter) => parameter.trim().startsWith('charset='))
    ?.split('=')[1]
    ?.trim();
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) {
    return refuse(request, 415, `expected a body in UTF-8 but got one in ${charset}`);
  }
  const body = await readBytes(request, maxBytes);
  if (body === 'aborted') return { kind: 'aborted' };
  if (body === 'too large') {
    return refuse(
      request,
      413,
      `expected a body of at most ${maxBytes} bytes but got more`,
      'REQUEST_BODY_TOO_LARGE',
    );
  }
  try {
    return { kind: 'json', value: JSON.parse(body.toString('utf8')) };
  } catch {
    return refuse(request, 400, 'expected the body to be JSON but got something that does not parse');
  }
}

/** What is left of a refused body is read and thrown away: a connection closed over it would take the answer with it. */
function refuse(
  request: IncomingMessage,
  status: number,
  message: string,
  code: ErrorCode = 'BAD_REQUEST',
): ReadBody {
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
    request.once('end', () => {
      settle(Buffer.concat(chunks, size));
    });
    request.once('error', () => {
      settle('aborted');
    });
    request.once('close', () => {
      settle('aborted');
    });
  });
}
