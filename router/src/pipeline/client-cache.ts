import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { RequestContext } from './request-context.js';

/**
 * Lets clients keep an answer, where the operator has granted it and every subgraph that had a part in it has said for
 * how long. Anything else leaves with the `no-cache` that the HTTP edge puts on every answer.
 *
 * @param grant milliseconds, the most that is ever given
 */
export function clientCachePlugin(grant: number): ApolloServerPlugin<RequestContext> {
  const grantedSeconds = Math.floor(grant / 1_000);
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ response, operation, overallCachePolicy, requestIsBatched }) {
          const policy = overallCachePolicy.policyIfCacheable();
          const isAnswer = response.body.kind === 'single' && response.body.singleResult.errors === undefined;
          // The answers of a client's array share one set of headers, so none of them can set its own.
          if (policy && isAnswer && operation?.operation === OperationTypeNode.QUERY && !requestIsBatched) {
            const maxAge = Math.min(policy.maxAge, grantedSeconds);
            response.http.headers.set('cache-control', `max-age=${maxAge}, ${policy.scope.toLowerCase()}`);
          }
          return Promise.resolve();
        },
      }),
  };
}
