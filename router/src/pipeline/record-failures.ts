import type { ApolloServerPlugin } from '@apollo/server';
import type { ErrorCode } from '@selvedge/errors';
import type { GraphQLError } from 'graphql';
import { subgraphErrorOf, type RequestIds } from './format-error.js';
import type { RequestContext } from './request-context.js';

const persistedQueryMiss: ErrorCode = 'PERSISTED_QUERY_NOT_FOUND';

/** Notes what went wrong in an operation, for the one line that the HTTP edge logs of its request. */
export type { RequestIds };

export function recordFailures(requestIds: RequestIds): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors({ errors, operationName, contextValue }) {
          // A miss is how automatic persisted queries begin, not a failure.
          if (errors.some(({ extensions }) => extensions['code'] !== persistedQueryMiss))
            noteFailures(errors, operationName ?? undefined, contextValue, requestIds);
          return Promise.resolve();
        },
      }),
  };
}

export function noteFailures(
  errors: readonly GraphQLError[],
  operationName: string | undefined,
  { request, failure }: RequestContext,
  requestIds: RequestIds,
): void {
  if (operationName !== undefined) failure.operations.add(operationName);
  for (const error of errors) {
    requestIds.set(error, request.id);
    const { code } = error.extensions;
    failure.codes.add(typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR');
    const origin = subgraphErrorOf(error);
    if (origin === null) continue;
    failure.subgraphs.add(origin.subgraph);
    if (origin.systemCode !== undefined) failure.causes.add(origin.systemCode);
  }
}
