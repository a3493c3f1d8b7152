/**
 * Two fetches of a plan that ask one subgraph about the same objects become one, where nothing waits for the one that could
 * have been sent earlier. The planner splits them because one needs more of the objects than the other does. What only the
 * other could have got it still gets: an object that lacks what the one needs, or whose entity comes back as null, is asked
 * for again with the other's own text (`instead`). A fetch stands for one other at most.
 */
import type { FetchNode } from '@apollo/query-planner';
import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PlannedFetch } from './planned-fetches.js';

/** @returns fewer or as many, in the same order; those that stand for another are changed */
export function mergeSiblings(fetches: readonly PlannedFetch[]): PlannedFetch[] {
  const gone = new Set<PlannedFetch>();
  const awaited = new Set(fetches.flatMap(({ after }) => [...after]));
  for (const late of fetches) {
    for (const early of fetches) {
      if (gone.has(late) || gone.has(early) || late.instead !== null || early.instead !== null) continue;
      if (early === late || awaited.has(early) || !areSiblings(early, late)) continue;
      const node = mergeNodes(late.node, early.node);
      if (node === null) continue;
      late.node = node;
      late.instead = early.node;
      gone.add(early);
    }
  }
  return fetches.filter((fetch) => !gone.has(fetch));
}

function areSiblings(early: PlannedFetch, late: PlannedFetch): boolean {
  return (
    isPlain(early.node) &&
    isPlain(late.node) &&
    early.node.serviceName === late.node.serviceName &&
    early.part === late.part &&
    early.path.join('\n') === late.path.join('\n') &&
    JSON.stringify(early.conditions) === JSON.stringify(late.conditions) &&
    nameTheSameTypes(early.node, late.node) &&
    [...early.after].every((before) => late.after.has(before))
  );
}

/**
 * A subgraph that knows one type for all that implement an interface cannot tell by the text of a fetch which of them is asked
 * for what: of the objects that both fetches name, each would be asked for all.
 */
function nameTheSameTypes(early: FetchNode, late: FetchNode): boolean {
  const isRenamed = [early, late].some(({ inputRewrites = [] }) => inputRewrites.length > 0);
  return !isRenamed || namedTypes(early) === namedTypes(late);
}

function namedTypes({ requires = [] }: FetchNode): string {
  const types = requires.map((each) => (each.kind === 'InlineFragment' ? each.typeCondition : undefined));
  return [...new Set(types)].sort().join();
}

function isPlain(node: FetchNode): boolean {
  return (
    node.requires !== undefined &&
    (node.outputRewrites ?? []).length === 0 &&
    (node.contextRewrites ?? []).length === 0 &&
    // A renamed key may stand for another thing in each of the two.
    (node.inputRewrites ?? []).every(({ kind }) => kind === 'ValueSetter')
  );
}

/** @returns `null` where the two cannot be asked as one */
function mergeNodes(into: FetchNode, from: FetchNode): FetchNode | null {
  const operation = mergeOperations(parse(into.operation), parse(from.operation));
  if (operation === null) return null;
  return {
    ...into,
    operation,
    requires: [...(into.requires ?? []), ...(from.requires ?? [])],
    variableUsages: [...new Set([...(into.variableUsages ?? []), ...(from.variableUsages ?? [])])],
    inputRewrites: distinct([...(into.inputRewrites ?? []), ...(from.inputRewrites ?? [])]),
  };
}

function mergeOperations(into: DocumentNode, from: DocumentNode): string | null {
  const [left, right] = [entitiesOperation(into), entitiesOperation(from)];
  if (left === null || right === null) return null;
  const selections = [...left.selections, ...right.selections];
  const variables = distinctNodes([...left.variables, ...right.variables]);
  const names = variables.map(({ variable }) => variable.name.value);
  if (new Set(names).size < names.length || conflict(selections)) return null;
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections };
  const entities: FieldNode = { ...left.entities, selectionSet };
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: variables,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [entities] },
  };
  return print(operation);
}

/** @returns `null` for anything but `query(…) { _entities(…) { … } }` without fragments of its own */
function entitiesOperation({ definitions }: DocumentNode) {
  const [operation, ...others] = definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return null;
  if ((operation.directives ?? []).length > 0) return null;
  const [entities, ...more] = operation.selectionSet.selections;
  if (entities?.kind !== Kind.FIELD || more.length > 0 || entities.selectionSet === undefined) return null;
  return {
    entities,
    selections: entities.selectionSet.selections,
    variables: operation.variableDefinitions ?? [],
  };
}

/** Whether one response key would stand for two things. Types are not looked at, so it may say so of what could be merged. */
function conflict(selections: readonly SelectionNode[]): boolean {
  const fields = new Map<string, FieldNode[]>();
  const collect = (inner: readonly SelectionNode[]) => {
    for (const selection of inner) {
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet.selections);
      if (selection.kind !== Kind.FIELD) continue;
      const key = selection.alias?.value ?? selection.name.value;
      fields.set(key, [...(fields.get(key) ?? []), selection]);
    }
  };
  collect(selections);
  return [...fields.values()].some((same) => {
    const heads = new Set(
      same.map(({ name, arguments: given = [] }) => name.value + given.map(print).join()),
    );
    return heads.size > 1 || conflict(same.flatMap((field) => field.selectionSet?.selections ?? []));
  });
}

/**
 * The same selections in an order of their own, fragments on one type as one: what is asked for does not depend on it, and
 * equal fetches become equal texts.
 */
export function inCanonicalOrder(selections: readonly SelectionNode[]): SelectionNode[] {
  const byType = new Map<string, InlineFragmentNode>();
  const others: SelectionNode[] = [];
  for (const selection of selections) {
    const type = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
    if (
      selection.kind !== Kind.INLINE_FRAGMENT ||
      type === undefined ||
      (selection.directives ?? []).length > 0
    ) {
      others.push(selection);
      continue;
    }
    const known = byType.get(type)?.selectionSet.selections ?? [];
    const inner = distinctNodes([...known, ...selection.selectionSet.selections]);
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: sorted(inner) };
    byType.set(type, { ...selection, selectionSet });
  }
  return sorted(distinctNodes([...others, ...byType.values()]));
}

function sorted<Node extends SelectionNode>(nodes: readonly Node[]): Node[] {
  const texts = new Map(nodes.map((node) => [node, print(node)]));
  return [...nodes].sort((left, right) => ((texts.get(left) ?? '') < (texts.get(right) ?? '') ? -1 : 1));
}

function distinctNodes<Node extends Parameters<typeof print>[0]>(nodes: readonly Node[]): Node[] {
  return [...new Map(nodes.map((node) => [print(node), node])).values()];
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
