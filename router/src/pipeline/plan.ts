import { ClientError } from '@selvedge/errors';
import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { PlannedOperation, ValidatedOperation } from './stages.js';

/** @throws ClientError when no plan answers the operation */
export async function planOperation(operation: ValidatedOperation): Promise<PlannedOperation> {
  const plan = await operation.supergraph.planner.plan(operation);
  if (plan.node === undefined && asksASubgraph(operation)) {
    throw new ClientError('QUERY_PLANNING_FAILED', 'no subgraph can answer any field of this operation');
  }
  return { ...operation, plan };
}

/** Introspection, `__typename` and what is skipped need no fetch; for anything else, no fetch means no way to it. */
function asksASubgraph(operation: ValidatedOperation): boolean {
  const fragments = new Map(
    operation.document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, definition]),
  );
  const asks = (selection: SelectionNode): boolean => {
    if (!isIncluded(selection, operation.coercedVariables)) return false;
    switch (selection.kind) {
      case Kind.FIELD:
        return !selection.name.value.startsWith('__');
      case Kind.INLINE_FRAGMENT:
        return selection.selectionSet.selections.some(asks);
      case Kind.FRAGMENT_SPREAD:
        return fragments.get(selection.name.value)?.selectionSet.selections.some(asks) ?? false;
    }
  };
  return operation.definition.selectionSet.selections.some(asks);
}

function isIncluded(selection: SelectionNode, variables: ValidatedOperation['coercedVariables']): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}
