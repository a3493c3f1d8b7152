// A cursor is the order columns of one row, as PostgreSQL prints them: a Date would lose the microseconds that decide
// which of two rows comes first. It carries the order that it was made in, so that another list refuses it.
import { createHash } from 'node:crypto';
import { ClientError } from '@selvedge/errors';
import type { ReadDefinition } from './read.js';

/** The order columns' values of one row, in the order of the read. */
export type CursorValues = readonly string[];

/** An opaque text, safe in URLs. */
export function encodeCursor(read: ReadDefinition, values: CursorValues): string {
  return Buffer.from(JSON.stringify([signatureOf(read), ...values])).toString('base64url');
}

/** Throws INVALID_CURSOR for whatever this read has not made. */
export function decodeCursor(read: ReadDefinition, argument: string, cursor: string): CursorValues {
  const [signature, ...values] = parsed(cursor);
  if (signature !== signatureOf(read) || values.length !== read.order.length) throw invalidCursor(argument);
  return values;
}

/** @param argument `after` or `before` */
export function invalidCursor(argument: string): ClientError {
  return new ClientError(
    'INVALID_CURSOR',
    `${argument}: expected a cursor of this very list but got something else`,
  );
}

function parsed(cursor: string): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.every(isText) ? value : [];
  } catch {
    return [];
  }
}

/** No column holds NUL, so no cursor of ours has it. */
function isText(part: unknown): part is string {
  return typeof part === 'string' && !part.includes('\u0000');
}

const signatures = new WeakMap<ReadDefinition, string>();

function signatureOf(read: ReadDefinition): string {
  let signature = signatures.get(read);
  if (signature === undefined) {
    const text = JSON.stringify([read.entity.name, read.key, read.order]);
    signatures.set(read, (signature = createHash('sha1').update(text).digest('base64url').slice(0, 6)));
  }
  return signature;
}
