import type { RequestContext } from './request-context.js';
import type { PlannedOperation, ValidatedOperation } from './stages.js';

/** @throws ClientError when the planner gives up on the operation */
export async function planOperation(operation: ValidatedOperation): Promise<PlannedOperation> {
  const { supergraph, apollo } = operation;
  const overrideLabels = supergraph.decideLabels((apollo.context as RequestContext).request);
  return { ...operation, plan: await supergraph.planner.plan({ ...operation, overrideLabels }) };
}
