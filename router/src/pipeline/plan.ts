import type { PlannedOperation, ValidatedOperation } from './stages.js';

/** Decides which subgraphs answer what, and prepares all that can be prepared: once per operation and labels. */
export async function planOperation(
  operation: ValidatedOperation,
  overrideLabels = operation.supergraph.decideLabels(operation.context.request),
): Promise<PlannedOperation> {
  const { supergraph } = operation;
  const plan = await supergraph.planner.plan({ ...operation, overrideLabels });
  return { ...operation, overrideLabels, compiled: supergraph.compile({ ...operation, plan }) };
}
