/**
 * What the pipeline knows of planning. The only implementation so far is on @apollo/query-planner, whose licence is
 * Elastic 2.0; nothing outside of `planner/` may import more of it than the type of a plan.
 */
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';

export interface OperationToPlan {
  /** Equal for equal operations. */
  readonly key: string;
  /** Valid for the API schema. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
}

export interface Planner {
  /** @throws ClientError when no plan can be made of a valid operation */
  plan(operation: OperationToPlan): Promise<QueryPlan>;
}
