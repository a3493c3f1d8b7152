import type { PlannedOperation, ValidatedOperation } from './stages.js';

/** @throws ClientError when the planner gives up on the operation */
export async function planOperation(operation: ValidatedOperation): Promise<PlannedOperation> {
  return { ...operation, plan: await operation.supergraph.planner.plan(operation) };
}
