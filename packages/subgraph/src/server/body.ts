// Reads a request's body up to a bound. Past it, nothing is kept: the rest is let through unread so that the client gets
// its answer instead of a broken pipe.
import type { IncomingMessage } from 'node:http';
import { ClientError } from '@selvedge/errors';

/**
 * The body as text.
 *
 * @throws REQUEST_BODY_TOO_LARGE past `maxBytes`; BAD_REQUEST when the client leaves before it has sent everything
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
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
      else resolve(Buffer.concat(chunks).toString());
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
