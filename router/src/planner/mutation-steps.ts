/**
 * One operation for each change of a mutation. A mutation's root fields are carried out one after the other, each with
 * all that belongs to it before the next (GraphQL specification, 6.2.2). @apollo/query-planner (2.14.4) puts neighbours
 * of one subgraph into one fetch, so that their hops to other subgraphs come after all of them, puts fields of fragments
 * before others, and carries out twice what is selected twice with another subgraph's change between. Planned one by
 * one, none of that can happen.
 */
import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import type { QueryPlan } from '@apollo/query-planner';

export interface MutationSteps {
  /** In the order in which they are carried out. */
  readonly steps: readonly DocumentNode[];
  /** Whether the fields stand in the operation itself, in their order. */
  readonly isFlat: boolean;
}

/** @returns `null` for anything but a mutation of several fields */
export function mutationSteps(
  document: DocumentNode,
  operationName: string | undefined,
): MutationSteps | null {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return null;
  const changes = new Map<string, SelectionNode[]>();
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, definition]),
  );
  collect(operation.selectionSet.selections, (field) => field, { changes, fragments });
  if (changes.size < 2) return null;
  return {
    steps: [...changes.values()].map((selections) => withSelections(document, operation, selections)),
    isFlat: operation.selectionSet.selections.every(({ kind }) => kind === Kind.FIELD),
  };
}

/** Whether a plan of the whole is as good: all is sent at once, and nothing comes after it. */
export function isOneFetch({ node }: QueryPlan): boolean {
  return node === undefined || node.kind === 'Fetch';
}

export function inSequence(plans: readonly QueryPlan[]): QueryPlan {
  const nodes = plans.flatMap(({ node }) =>
    node === undefined || node.kind === 'Subscription' ? [] : [node],
  );
  return nodes.length === 0
    ? { kind: 'QueryPlan' }
    : { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } };
}

interface Collected {
  /** By response name, with the fragments around them. */
  readonly changes: Map<string, SelectionNode[]>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function collect(
  selections: readonly SelectionNode[],
  wrap: (selection: SelectionNode) => SelectionNode,
  collected: Collected,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = selection.alias?.value ?? selection.name.value;
      collected.changes.set(name, [...(collected.changes.get(name) ?? []), wrap(selection)]);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : collected.fragments.get(selection.name.value);
    if (fragment === undefined) continue;
    const { typeCondition, selectionSet } = fragment;
    const { directives = [] } = selection;
    collect(
      selectionSet.selections,
      (inner) =>
        wrap({
          kind: Kind.INLINE_FRAGMENT,
          ...(typeCondition !== undefined && { typeCondition }),
          directives,
          selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] },
        }),
      collected,
    );
  }
}

function withSelections(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  selections: readonly SelectionNode[],
): DocumentNode {
  const step = { ...operation, selectionSet: { ...operation.selectionSet, selections } };
  return {
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? step : definition)),
  };
}
