/**
 * What the pipeline knows of planning. The only implementation so far is on @apollo/query-planner, whose licence is
 * Elastic 2.0; nothing outside of `planner/` may import more of it than the type of a plan.
 */
import type { QueryPlan } from '@apollo/query-planner';
import { print, type DocumentNode } from 'graphql';
import type { PlanRequest } from './supergraph-planner.js';

export interface OperationToPlan {
  /** Equal for equal text and operation name. */
  readonly key: string;
  /** Valid for the API schema. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The labels of `@override(label:)` that are on for this request, sorted (see override-labels.ts). */
  readonly overrideLabels: readonly string[];
  /** Whether what has `@defer` comes in parts of its own. The key must differ then. */
  readonly defers?: boolean;
}

export interface Planner {
  /**
   * @returns plain JSON; the same object for as long as the plan is kept, so that what is compiled from it may hang on it
   * @throws ClientError when no plan can be made of a valid operation
   */
  plan(operation: OperationToPlan): Promise<QueryPlan>;
}

/** The operation as a planner takes it. */
export function planRequest(operation: OperationToPlan): PlanRequest {
  const { document, operationName, overrideLabels, defers = false } = operation;
  const text = document.loc?.source.body ?? print(document);
  return { text, operationName, overrideLabels, ...(defers && { defers }) };
}
