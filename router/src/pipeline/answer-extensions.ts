/** What an answer, or a part of one, says beside its data and errors. */
import type { GraphQLError } from 'graphql';

/**
 * @param valueCompletion values that the schema does not allow, and that have become null; Apollo Router has them there too
 * @param isUnconfirmed whether something was written that others may not see yet
 */
export function answerExtensions(
  valueCompletion: readonly GraphQLError[],
  isUnconfirmed: boolean,
): { readonly extensions?: Readonly<Record<string, unknown>> } {
  if (valueCompletion.length === 0 && !isUnconfirmed) return {};
  return {
    extensions: {
      ...(valueCompletion.length > 0 && { valueCompletion }),
      ...(isUnconfirmed && { cache: { unconfirmed: true } }),
    },
  };
}
