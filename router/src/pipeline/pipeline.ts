/** The stages as functions, put together once, so that what observes or changes them can wrap them. */
import { executeInParts } from '../incremental/execute-in-parts.js';
import { executePlan } from './execute.js';
import { parseOperation } from './parse.js';
import { planOperation } from './plan.js';
import { recallAnswer } from './recall.js';
import { shapeResponse } from './shape.js';
import { validateOperation } from './validate.js';

export interface Pipeline {
  /** Instead of all others but `parse`, where an answer is kept. */
  readonly recall: typeof recallAnswer;
  readonly parse: typeof parseOperation;
  readonly validate: typeof validateOperation;
  readonly plan: typeof planOperation;
  readonly execute: typeof executePlan;
  readonly shape: typeof shapeResponse;
  /** `execute` and `shape` in turns, for answers that come in parts. */
  readonly executeInParts: typeof executeInParts;
}

export const pipeline: Pipeline = {
  recall: recallAnswer,
  parse: parseOperation,
  validate: validateOperation,
  plan: planOperation,
  execute: executePlan,
  shape: shapeResponse,
  executeInParts,
};
