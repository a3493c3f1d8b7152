import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import { ClientError } from '@selvedge/errors';
import { asksASubgraph } from './empty-plan.js';
import type { ExecutedPlan, PlannedOperation } from './stages.js';

/**
 * Runs the plan: sequences in order, parallel branches at once, each fetch through our data source. At this stage by
 * @apollo/gateway's executor, which also merges, shapes to the client's selection, and answers introspection.
 */
export async function executePlan(operation: PlannedOperation): Promise<ExecutedPlan> {
  const { supergraph, document, operationName, plan } = operation;
  if (plan.node === undefined && asksASubgraph(operation)) {
    // @apollo/gateway would answer with nulls, as if that were the data.
    const error = new ClientError(
      'QUERY_PLANNING_FAILED',
      'no subgraph can answer any field of this operation',
    );
    return { ...operation, outcome: { data: null, errors: [error] } };
  }
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
