import { ClientError } from '@selvedge/errors';
import { runPlan } from '../execution/run-plan.js';
import { readCacheControl } from '../subgraphs/cache-control.js';
import { asksASubgraph } from './empty-plan.js';
import type { ExecutedPlan, PlannedOperation } from './stages.js';
import { subgraphRequests } from './subgraph-requests.js';

/** Runs the plan. What goes wrong in it is part of what comes out, with the place that it belongs to. */
export async function executePlan(operation: PlannedOperation): Promise<ExecutedPlan> {
  const { compiled, cachePolicy } = operation;
  if (compiled.plan.fetches.length === 0 && asksASubgraph(operation)) {
    // Nulls would look as if they were the data.
    const message = 'no subgraph can answer any field of this operation';
    return { ...operation, outcome: new ClientError('QUERY_PLANNING_FAILED', message), isPrivate: false };
  }
  const restrict = (header: string | undefined) => {
    cachePolicy?.restrict(readCacheControl(header));
  };
  const requests = subgraphRequests(operation, cachePolicy === null ? undefined : restrict);
  const outcome = await runPlan(compiled.plan, requests);
  return { ...operation, outcome, isPrivate: requests.port.isPrivate };
}
