/**
 * Puts the real fields back into a plan that was made with the stand-ins of required-arguments.ts, so that subgraphs
 * are asked for `_r1_comments: comments(limit: 3)` and sent `comments`. Where one fetch would need two stand-ins of one
 * field in the same place, it becomes several beside each other, since a representation has each name once.
 */
import type {
  FetchDataKeyRenamer,
  FetchNode,
  FlattenNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
  SubscriptionNode,
} from '@apollo/query-planner';
import { Kind, parse, print, stripIgnoredCharacters, visit, type DocumentNode } from 'graphql';
import type { RequiredArguments, RequiredField } from './required-arguments.js';
import { splitEntityFetch } from './split-entity-fetch.js';

/** @returns the same plan where it has no stand-in */
export function restoreRequired(plan: QueryPlan, required: RequiredArguments): QueryPlan {
  if (required.fields.size === 0 || plan.node === undefined) return plan;
  return { ...plan, node: restore(plan.node, required) };
}

function restore(node: SubscriptionNode, required: RequiredArguments): SubscriptionNode;
function restore(node: PlanNode, required: RequiredArguments): PlanNode;
function restore(node: PlanNode | SubscriptionNode, required: RequiredArguments): PlanNode | SubscriptionNode;
function restore(
  node: PlanNode | SubscriptionNode,
  required: RequiredArguments,
): PlanNode | SubscriptionNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => restore(child, required)) };
    case 'Flatten':
      return restoreFlatten(node, required);
    case 'Fetch':
      return restoreFetch(node, required);
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: restore(node.ifClause, required) }),
        ...(node.elseClause && { elseClause: restore(node.elseClause, required) }),
      };
    case 'Defer':
      return {
        ...node,
        primary: restoreChild(node.primary, required),
        deferred: node.deferred.map((part) => restoreChild(part, required)),
      };
    case 'Subscription':
      return {
        ...node,
        primary: restoreFetch(node.primary, required),
        ...(node.rest && { rest: restore(node.rest, required) }),
      };
  }
}

function restoreChild<Part extends { node?: PlanNode }>(part: Part, required: RequiredArguments): Part {
  return part.node === undefined ? part : { ...part, node: restore(part.node, required) };
}

function restoreFlatten(flatten: FlattenNode, required: RequiredArguments): PlanNode {
  if (flatten.node.kind !== 'Fetch') return { ...flatten, node: restore(flatten.node, required) };
  const [first, ...more] = splitEntityFetch(flatten.node, required).map((fetch) => ({
    ...flatten,
    node: restoreFetch(fetch, required),
  }));
  if (first === undefined) throw new Error('expected a fetch to be split into at least one but got none');
  return more.length === 0 ? first : { kind: 'Parallel', nodes: [first, ...more] };
}

function restoreFetch(fetch: FetchNode, required: RequiredArguments): FetchNode {
  const renamers = renamersOf(fetch.requires ?? [], required.fields, []);
  return {
    ...fetch,
    operation: restoreOperation(fetch.operation, required.fields),
    ...(renamers.length > 0 && { inputRewrites: [...(fetch.inputRewrites ?? []), ...renamers] }),
  };
}

function restoreOperation(text: string, fields: ReadonlyMap<string, RequiredField>): string {
  const document = parse(text, { noLocation: true });
  const restored: DocumentNode = visit(document, {
    Field(node) {
      const field = fields.get(node.name.value);
      if (field === undefined) return undefined;
      return {
        ...node,
        alias: node.alias ?? node.name,
        name: { kind: Kind.NAME, value: field.name },
        arguments: field.arguments,
      };
    },
  });
  return restored === document ? text : stripIgnoredCharacters(print(restored));
}

function renamersOf(
  selections: readonly QueryPlanSelectionNode[],
  fields: ReadonlyMap<string, RequiredField>,
  path: readonly string[],
): FetchDataKeyRenamer[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      const inner = typeCondition === undefined ? path : [...path, `... on ${typeCondition}`];
      return renamersOf(selection.selections, fields, inner);
    }
    const name = selection.alias ?? selection.name;
    const here = [...path, name];
    // The innermost first: a path is walked by the names of the fetched data.
    const inner = renamersOf(selection.selections ?? [], fields, here);
    const field = fields.get(selection.name);
    return field === undefined
      ? inner
      : [...inner, { kind: 'KeyRenamer', path: here, renameKeyTo: field.name }];
  });
}
