// What node-postgres throws, sorted into what a client can be told. Two things are not internal errors: the store is away
// for the moment, and a text with NUL, which no column holds and which only a client can have sent. All other data
// exceptions (a number out of range, a value too long, a malformed uuid) stay internal: a resolver that lets a client's
// value get that far lacks a check, and the same codes come of an overflowing sum that is nobody's input.
import { ClientError } from '@selvedge/errors';

/** SQLSTATE classes and codes (PostgreSQL, appendix A) that mean "not now" rather than "not so". */
const unavailableStates = /^(08|57P0[1-5]|53[0-9A-Z]{3}|25006)/;
const unavailableSystemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const unavailableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end)/i;

/** `character_not_in_repertoire`, and `untranslatable_character` for `\u0000` in JSON. */
const nulStates = new Set(['22021', '22P05']);

/** Whether an error means that the store cannot be reached at the moment. */
export function isStoreUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ClientError) return error.code === 'STORE_UNAVAILABLE';
  if (error instanceof AggregateError && error.errors.some(isStoreUnavailable)) return true;
  const code = codeOf(error);
  return (
    unavailableStates.test(code) ||
    unavailableSystemErrors.has(code) ||
    unavailableMessages.test(error.message)
  );
}

/** The error that says so to a client. */
export function storeUnavailable(cause?: unknown): ClientError {
  return new ClientError('STORE_UNAVAILABLE', 'The store of this subgraph cannot be reached at the moment.', {
    cause,
  });
}

/** The error for a request whose time is over: nobody reads it any more, but it ends what was still to be done. */
export function requestTimeout(cause?: unknown): ClientError {
  const message = 'expected the request to be answered in the time that its sender gave but it was not';
  return new ClientError('REQUEST_TIMEOUT', message, { cause });
}

/**
 * The error as a resolver may throw it: STORE_UNAVAILABLE when the store is away, BAD_USER_INPUT for a text with NUL, the
 * error itself otherwise.
 */
export function storeError(error: unknown): Error {
  if (error instanceof ClientError) return error;
  if (isStoreUnavailable(error)) return storeUnavailable(error);
  if (!(error instanceof Error)) return new Error(String(error));
  if (nulStates.has(codeOf(error)))
    return new ClientError('BAD_USER_INPUT', 'expected a text without NUL but got one with it', {
      cause: error,
    });
  return error;
}

/** The SQLSTATE or system error code; empty for an error without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
