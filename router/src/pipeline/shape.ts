import type { ErrorCode } from '@selvedge/errors';
import { GraphQLError } from 'graphql';
import type { ExecutedPlan, ShapedResponse } from './stages.js';

/**
 * The last step before formatting. @apollo/gateway's executor keeps a null that it had to put where the schema has a
 * non-null type (and every null above it) out of `errors`; a client could not tell it from a null that is the answer
 * (GraphQL specification, 6.4.4), so it becomes an error here. Values that no longer fit, such as an enum value that is
 * `@inaccessible`, stay in `extensions.valueCompletion`, where Apollo Router has them too.
 */
export function shapeResponse({ outcome }: ExecutedPlan): ShapedResponse {
  const { data, errors = [], extensions } = outcome;
  const completion: unknown = extensions?.['valueCompletion'];
  const problems: readonly unknown[] = Array.isArray(completion) ? completion : [];
  const missing = problems.filter(isMissingValue);
  const invalid = problems.filter((problem) => !isMissingValue(problem));
  const all = [...errors, ...missing.map(asError)];
  return {
    ...(data !== undefined && { data }),
    ...(all.length > 0 && { errors: all }),
    ...(invalid.length > 0 && { extensions: { valueCompletion: invalid } }),
  };
}

function isMissingValue(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && error.message.startsWith('Cannot return null for non-nullable');
}

function asError(error: GraphQLError): GraphQLError {
  const code: ErrorCode = 'SUBREQUEST_MALFORMED_RESPONSE';
  const path = error.path === undefined ? {} : { path: error.path };
  return new GraphQLError(error.message, { ...path, extensions: { code } });
}
