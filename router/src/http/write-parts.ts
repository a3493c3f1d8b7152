/**
 * An answer in parts as `multipart/mixed` (RFC 2046, 5.1), each part on its way as soon as it is there. It is not
 * compressed: a coding holds back what it has not made a block of yet.
 */
import type { ServerResponse } from 'node:http';
import type { IncrementalFormat } from '../incremental/formats.js';

export function multipartType(format: IncrementalFormat): string {
  return `multipart/mixed; boundary="-"; ${format}`;
}

/** @param chunks whole parts. @returns when all are sent, or the client has gone, and then nothing more is asked for */
export async function writeParts(response: ServerResponse, chunks: AsyncIterable<string>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (response.destroyed) return;
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  } catch (error) {
    // Its head says 200: that it is not whole can only be told by not ending it.
    response.destroy();
    throw error;
  }
}

/** A single result, for a client that takes nothing but parts. */
export function onlyPart(body: string): string {
  const result = body.trimEnd().replace(/\}$/, ',"hasNext":false}');
  return `\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${result}\r\n-----\r\n`;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
