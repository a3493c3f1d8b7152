/** `execute` of an answer that comes in parts: it goes on while parts are shaped and sent, and each part says when it is there. */
import { runPlanInParts } from '../execution/run-plan.js';
import type { PlannedOperation } from '../pipeline/stages.js';
import { subgraphRequests } from '../pipeline/subgraph-requests.js';
import { AnswerInParts, type PartsOfAnswer } from './answer-in-parts.js';

/** @returns when what is not deferred is there */
export async function executeInParts(operation: PlannedOperation): Promise<PartsOfAnswer> {
  const { compiled, coercedVariables } = operation;
  const requests = subgraphRequests(operation);
  const run = runPlanInParts(compiled.plan, requests);
  await run.done(null);
  return new AnswerInParts(compiled, run, coercedVariables, () => requests.port.isUnconfirmed);
}
