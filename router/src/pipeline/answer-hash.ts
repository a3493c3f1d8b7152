import { createHash } from 'node:crypto';

/** Of an answer's bytes, before they are compressed; what names them to clients. 0.7 µs per KB. */
export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 27);
}
