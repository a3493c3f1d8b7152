// Reads a request's body up to a bound, as sent and as unpacked. Past it, nothing is kept: the rest is let through unread
// so that the client gets its answer instead of a broken pipe.
import type { IncomingMessage } from 'node:http';
import { ClientError } from '@selvedge/errors';
import { codingOf, decoded } from './content-coding.js';

/**
 * The body as text.
 *
 * @throws REQUEST_BODY_TOO_LARGE past `maxBytes`; UNSUPPORTED_CONTENT_CODING; BAD_REQUEST when the client leaves before it
 * has sent everything, or has sent something else than it said
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  let coding: string | null;
  try {
    coding = codingOf(request.headers['content-encoding']);
  } catch (error) {
    request.resume();
    throw error;
  }
  const bytes = await readBytes(request, maxBytes);
  return (coding === null ? bytes : await decoded(coding, bytes, maxBytes)).toString();
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => {
      if (size > maxBytes)
        reject(
          new ClientError(
            'REQUEST_BODY_TOO_LARGE',
            `expected a body of at most ${maxBytes} bytes but got ${size}`,
          ),
        );
      else resolve(Buffer.concat(chunks));
    });
    const refuseHalf = (cause?: unknown): void => {
      reject(
        new ClientError('BAD_REQUEST', 'expected a whole body but the connection was closed', { cause }),
      );
    };
    request.once('error', refuseHalf);
    request.once('close', () => {
      if (!request.complete) refuseHalf();
    });
  });
}
