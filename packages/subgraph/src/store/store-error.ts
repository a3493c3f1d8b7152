// What node-postgres throws, sorted into the one thing that a client can be told: the store is away for the moment.
import { ClientError } from '@selvedge/errors';

/** SQLSTATE classes and codes (PostgreSQL, appendix A) that mean "not now" rather than "not so". */
const unavailableStates = /^(08|57P0[1-5]|53[0-9A-Z]{3}|25006)/;
const unavailableSystemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const unavailableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end)/i;

/** Whether an error means that the store cannot be reached at the moment. */
export function isStoreUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isStoreUnavailable)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    unavailableStates.test(code) ||
    unavailableSystemErrors.has(code) ||
    unavailableMessages.test(error.message)
  );
}

/** The error as a resolver may throw it: a client error when the store is away, the error itself otherwise. */
export function storeError(error: unknown): Error {
  if (error instanceof ClientError) return error;
  if (isStoreUnavailable(error)) {
    return new ClientError(
      'STORE_UNAVAILABLE',
      'The store of this subgraph cannot be reached at the moment.',
      {
        cause: error,
      },
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
