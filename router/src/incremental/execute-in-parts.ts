/** `execute` of an answer that comes in parts: it goes on while parts are shaped and sent, and each part says when it is there. */
import { runPlanInParts } from '../execution/run-plan.js';
import type { PlannedOperation } from '../pipeline/stages.js';
import { RequestPort } from '../subgraphs/fetch-port.js';
import { AnswerInParts, type PartsOfAnswer } from './answer-in-parts.js';

/** @returns when what is not deferred is there */
export async function executeInParts(operation: PlannedOperation): Promise<PartsOfAnswer> {
  const { supergraph, compiled, variables, coercedVariables, context, overrideLabels } = operation;
  const { subgraphs } = supergraph;
  const run = runPlanInParts(compiled.plan, {
    port: new RequestPort({
      subgraphs,
      headers: context.request.headers,
      caller: context.caller,
      labels: overrideLabels,
      isForSeveral: context.isForSeveral,
    }),
    variables,
    coercedVariables,
    patience: (subgraph) => subgraphs.get(subgraph)?.patience() ?? 0,
  });
  await run.done(null);
  return new AnswerInParts(compiled, run, coercedVariables);
}
