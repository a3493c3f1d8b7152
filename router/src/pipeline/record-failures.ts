import type { ApolloServerPlugin } from '@apollo/server';
import type { ErrorCode } from '@selvedge/errors';
import { subgraphErrorOf, type RequestIds } from './format-error.js';
import type { RequestContext } from './request-context.js';

const persistedQueryMiss: ErrorCode = 'PERSISTED_QUERY_NOT_FOUND';

/** Notes what went wrong in an operation, for the one line that the HTTP edge logs of its request. */
export function recordFailures(requestIds: RequestIds): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors({ errors, operationName, contextValue }) {
          const { request, failure } = contextValue;
          // A miss is how automatic persisted queries begin, not a failure.
          if (errors.every(({ extensions }) => extensions['code'] === persistedQueryMiss))
            return Promise.resolve();
          if (operationName != null) failure.operations.add(operationName);
          for (const error of errors) {
            requestIds.set(error, request.id);
            const { code } = error.extensions;
            failure.codes.add(typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR');
            const origin = subgraphErrorOf(error);
            if (origin === null) continue;
            failure.subgraphs.add(origin.subgraph);
            if (origin.systemCode !== undefined) failure.causes.add(origin.systemCode);
          }
          return Promise.resolve();
        },
      }),
  };
}
