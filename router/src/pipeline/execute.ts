import { ClientError } from '@selvedge/errors';
import { runPlan } from '../execution/run-plan.js';
import { readCacheControl } from '../subgraphs/cache-control.js';
import { RequestPort } from '../subgraphs/fetch-port.js';
import { asksASubgraph } from './empty-plan.js';
import type { ExecutedPlan, PlannedOperation } from './stages.js';

/** Runs the plan. What goes wrong in it is part of what comes out, with the place that it belongs to. */
export async function executePlan(operation: PlannedOperation): Promise<ExecutedPlan> {
  const { supergraph, compiled, variables, coercedVariables, context, overrideLabels } = operation;
  const { subgraphs } = supergraph;
  if (compiled.plan.fetches.length === 0 && asksASubgraph(operation)) {
    // Nulls would look as if they were the data.
    const message = 'no subgraph can answer any field of this operation';
    return { ...operation, outcome: new ClientError('QUERY_PLANNING_FAILED', message), isPrivate: false };
  }
  const { cachePolicy } = operation;
  const port = new RequestPort({
    subgraphs,
    headers: context.request.headers,
    caller: context.caller,
    labels: overrideLabels,
    isForSeveral: context.isForSeveral,
    onCacheControl:
      cachePolicy === null
        ? undefined
        : (header) => {
            cachePolicy.restrict(readCacheControl(header));
          },
  });
  const outcome = await runPlan(compiled.plan, {
    port,
    variables,
    coercedVariables,
    patience: (subgraph) => subgraphs.get(subgraph)?.patience() ?? 0,
  });
  return { ...operation, outcome, isPrivate: port.isPrivate };
}
