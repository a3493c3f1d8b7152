import { makeAnswer } from '../execution/answer.js';
import { ClientError } from '@selvedge/errors';
import { answerExtensions } from './answer-extensions.js';
import { JsonData } from './json-data.js';
import type { ExecutedPlan, ShapedResponse } from './stages.js';

/**
 * The last step before formatting: the answer in the client's own shape, as text. Values that no longer fit the schema,
 * such as an enum value that is `@inaccessible`, are null and stay in `extensions.valueCompletion`, where Apollo Router
 * has them too.
 */
export function shapeResponse({
  compiled,
  outcome,
  coercedVariables,
  isUnconfirmed,
}: ExecutedPlan): ShapedResponse {
  if (outcome instanceof ClientError) return { data: null, errors: [outcome] };
  const { response, errors, valueCompletion } = makeAnswer(compiled, outcome, coercedVariables);
  return {
    data: response && new JsonData(response),
    ...(errors.length > 0 && { errors }),
    ...answerExtensions(valueCompletion, isUnconfirmed),
  };
}
