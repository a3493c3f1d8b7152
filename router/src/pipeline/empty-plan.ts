import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { ValidatedOperation, Variables } from './stages.js';

/** Introspection, `__typename` and what is skipped need no fetch; for anything else, no fetch means no way to it. */
export function asksASubgraph(operation: OperationOfPlan): boolean {
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

function isIncluded(selection: SelectionNode, variables: Variables): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

type OperationOfPlan = Pick<ValidatedOperation, 'document' | 'definition' | 'coercedVariables'>;
