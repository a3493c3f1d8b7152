import type { ApolloServerPlugin } from '@apollo/server';
import { subgraphErrorOf, type RequestIds } from './format-error.js';
import type { RequestContext } from './request-context.js';

/** Notes what went wrong in an operation, for the one line that the HTTP edge logs of its request. */
export function recordFailures(requestIds: RequestIds): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors({ errors, operationName, contextValue }) {
          const { request, failure } = contextValue;
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
