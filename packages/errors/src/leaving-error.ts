import { randomUUID } from 'node:crypto';
import type { GraphQLFormattedError } from 'graphql';
import { ClientError } from './client-error.js';
import { errorCodes } from './codes.js';

/**
 * What of an error may leave the process. A client error passes as it is; of any other, the client gets a generic
 * message and an id, and `report` gets the id with the cause for the log.
 *
 * @param formatted the error as @apollo/server is about to send it
 * @param cause what was thrown; GraphQLErrors are unwrapped to their original
 */
export function leavingError(
  formatted: GraphQLFormattedError,
  cause: unknown,
  report: (id: string, cause: unknown) => void,
): GraphQLFormattedError {
  const code = formatted.extensions?.['code'];
  const isInternal = typeof code !== 'string' || code === 'INTERNAL_SERVER_ERROR' || !(code in errorCodes);
  if (!isInternal || originalOf(cause) instanceof ClientError) return withoutStacktrace(formatted);
  const id = randomUUID();
  report(id, originalOf(cause));
  return {
    message: `Internal error ${id}`,
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', id },
  };
}

function originalOf(error: unknown): unknown {
  if (error instanceof ClientError || !(error instanceof Error)) return error;
  const original: unknown = 'originalError' in error ? error.originalError : undefined;
  return original == null ? error : originalOf(original);
}

function withoutStacktrace(formatted: GraphQLFormattedError): GraphQLFormattedError {
  if (formatted.extensions?.['stacktrace'] === undefined) return formatted;
  const kept = Object.entries(formatted.extensions).filter(([name]) => name !== 'stacktrace');
  return { ...formatted, extensions: Object.fromEntries(kept) };
}
