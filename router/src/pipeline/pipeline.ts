/** The stages as functions, put together once, so that what observes or changes them can wrap them. */
import { executePlan } from './execute.js';
import { parseOperation } from './parse.js';
import { planOperation } from './plan.js';
import { shapeResponse } from './shape.js';
import { validateOperation } from './validate.js';

export interface Pipeline {
  readonly parse: typeof parseOperation;
  readonly validate: typeof validateOperation;
  readonly plan: typeof planOperation;
  readonly execute: typeof executePlan;
  readonly shape: typeof shapeResponse;
}

export const pipeline: Pipeline = {
  parse: parseOperation,
  validate: validateOperation,
  plan: planOperation,
  execute: executePlan,
  shape: shapeResponse,
};
