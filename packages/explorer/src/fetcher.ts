/** Sends the explorer's operations to the router that served the page, as the user chosen at the top of it. */
import type { GraphiQLProps } from 'graphiql';
import { type ExecutionResult, GraphQLError } from 'graphql';

type Fetcher = GraphiQLProps['fetcher'];

/**
 * A header of the headers editor wins over the chosen user. What goes wrong on the way is answered as a GraphQL error, so
 * that it shows where the answer would.
 * @param endpoint path on the page's own origin
 * @param authorization value of the `Authorization` header, asked for each time; undefined: send none
 */
export function routerFetcher(endpoint: string, authorization: () => string | undefined): Fetcher {
  return async (operation, options): Promise<ExecutionResult> => {
    const headers = new Headers({
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
    });
    const chosen = authorization();
    if (chosen !== undefined) headers.set('authorization', chosen);
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value));
    try {
      const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(operation) });
      return resultOf(response.status, await response.text());
    } catch {
      return failure(`The router does not answer at ${location.origin}${endpoint}. Is it still running?`);
    }
  };
}

function resultOf(status: number, text: string): ExecutionResult {
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    const got = text === '' ? 'an empty body' : text.slice(0, 200);
    return failure(`Expected JSON from the router, but got status ${status} with: ${got}`);
  }
}

function failure(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message)] };
}
