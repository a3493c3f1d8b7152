import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { ExecutedPlan, PlannedOperation } from './stages.js';

/**
 * Runs the plan: sequences in order, parallel branches at once, each fetch through our data source. At this stage by
 * @apollo/gateway's executor, which also merges, shapes to the client's selection, and answers introspection.
 */
export async function executePlan(operation: PlannedOperation): Promise<ExecutedPlan> {
  const { supergraph, document, operationName, plan } = operation;
  const operationContext = buildOperationContext({
    schema: supergraph.apiSchema,
    operationDocument: document,
    ...(operationName !== undefined && { operationName }),
  });
  const outcome = await executeQueryPlan(
    plan,
    supergraph.dataSources,
    operation.apollo,
    operationContext,
    supergraph.federation.supergraphSchema,
    supergraph.federation.apiSchema,
  );
  return { ...operation, outcome };
}
