import { ClientError } from '@selvedge/errors';
import { runPlan } from '../execution/run-plan.js';
import { asksASubgraph } from './empty-plan.js';
import type { AnsweredFetch, ExecutedPlan, PlannedOperation } from './stages.js';
import { subgraphRequests } from './subgraph-requests.js';

/** Runs the plan. What goes wrong in it is part of what comes out, with the place that it belongs to. */
export async function executePlan(operation: PlannedOperation): Promise<ExecutedPlan> {
  const { compiled } = operation;
  if (compiled.plan.fetches.length === 0 && asksASubgraph(operation)) {
    // Nulls would look as if they were the data.
    const message = 'no subgraph can answer any field of this operation';
    return {
      ...operation,
      outcome: new ClientError('QUERY_PLANNING_FAILED', message),
      isPrivate: false,
      isUnconfirmed: false,
      fetches: [],
    };
  }
  const fetches: AnsweredFetch[] = [];
  const requests = subgraphRequests(operation, (subgraph, answer) => {
    fetches.push({ subgraph, answer });
  });
  const outcome = await runPlan(compiled.plan, requests);
  const { isPrivate, isUnconfirmed } = requests.port;
  return { ...operation, outcome, isPrivate, isUnconfirmed, fetches };
}
