/**
 * What of an error a client gets. Three kinds come by: errors of subgraphs, which pass with their own codes as far as
 * `include_subgraph_errors` lets them; client errors, which pass; and everything else, which leaves as an id.
 */
import { leavingError, type ErrorCode } from '@selvedge/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { RouterConfig } from '../config/schema.js';
import { SubgraphError } from '../subgraphs/subgraph-error.js';

/** Which request an error belongs to: @apollo/server formats errors without their request. */
export type RequestIds = WeakMap<object, string>;

export function errorFormatter(
  config: RouterConfig['include_subgraph_errors'],
  log: Logger,
  requestIds: RequestIds,
) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const origin = subgraphErrorOf(error);
    if (origin !== null) {
      return (config.subgraphs[origin.subgraph] ?? config.all)
        ? revealed(formatted, origin)
        : redacted(formatted);
    }
    return leavingError(formatted, error, (errorId, err) => {
      const requestId = typeof error === 'object' && error !== null ? requestIds.get(error) : undefined;
      log.error({ errorId, requestId, err }, 'internal error');
    });
  };
}

export function subgraphErrorOf(error: unknown): SubgraphError | null {
  const original: unknown = error instanceof GraphQLError ? error.originalError : undefined;
  return original instanceof SubgraphError ? original : null;
}

function revealed(formatted: GraphQLFormattedError, { http }: SubgraphError): GraphQLFormattedError {
  if (http === undefined) return formatted;
  return { ...formatted, extensions: { ...formatted.extensions, http } };
}

function redacted({ path }: GraphQLFormattedError): GraphQLFormattedError {
  const code: ErrorCode = 'DOWNSTREAM_SERVICE_ERROR';
  return { message: 'Subgraph errors redacted', ...(path && { path }), extensions: { code } };
}
