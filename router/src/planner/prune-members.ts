/**
 * Takes out of a plan's fetches what partial-types.ts gave to their subgraphs for planning alone, so that no subgraph is
 * asked for a type that it does not have.
 */
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import {
  isTypeDefinitionNode,
  Kind,
  OperationTypeNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import type { PartialTypes } from './partial-types.js';

export type PruneMembers = (plan: QueryPlan) => QueryPlan;

export function memberPruning(partial: PartialTypes): PruneMembers {
  if (partial.addedMembers.size === 0) return (plan) => plan;
  const types = fieldTypes(partial.supergraph);
  return (plan) => mapFetches(plan, (fetch) => prune(fetch, partial, types)) as QueryPlan;
}

/** By type and field, what is asked below it; and by kind of operation, the root type. */
interface FieldTypes {
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly roots: ReadonlyMap<OperationTypeNode, string>;
}

/** A plan is plain JSON, and fetches are the same wherever they stand in it. */
function mapFetches(value: unknown, change: (fetch: FetchNode) => FetchNode): unknown {
  if (Array.isArray(value)) return value.map((item) => mapFetches(item, change));
  if (typeof value !== 'object' || value === null) return value;
  if ('kind' in value && value.kind === 'Fetch') return change(value as FetchNode);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapFetches(inner, change)]));
}

function prune(fetch: FetchNode, partial: PartialTypes, types: FieldTypes): FetchNode {
  const subgraph: SubgraphGifts = {
    types: partial.addedTypes.get(fetch.serviceName) ?? new Set(),
    members: partial.addedMembers.get(fetch.serviceName) ?? new Map(),
  };
  if (subgraph.members.size === 0) return fetch;
  const document = parse(fetch.operation, { noLocation: true });
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    const root = types.roots.get(definition.operation);
    const selectionSet = pruneSet(definition.selectionSet, root, subgraph, types);
    return selectionSet === definition.selectionSet
      ? definition
      : withUsedVariables({ ...definition, selectionSet });
  });
  if (definitions.every((definition, index) => definition === document.definitions[index])) return fetch;
  return withOperation(fetch, { ...document, definitions });
}

interface SubgraphGifts {
  readonly types: ReadonlySet<string>;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @returns the same one where nothing is taken out */
function pruneSet(
  set: SelectionSetNode,
  parent: string | undefined,
  subgraph: SubgraphGifts,
  types: FieldTypes,
): SelectionSetNode {
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD || selection.selectionSet === undefined) return [selection];
    if (
      selection.kind === Kind.INLINE_FRAGMENT &&
      isGift(selection.typeCondition?.name.value, parent, subgraph)
    )
      return [];
    const type =
      selection.kind === Kind.INLINE_FRAGMENT
        ? (selection.typeCondition?.name.value ?? parent)
        : types.fields.get(parent ?? '')?.get(selection.name.value);
    const selectionSet = pruneSet(selection.selectionSet, type, subgraph, types);
    return [selectionSet === selection.selectionSet ? selection : { ...selection, selectionSet }];
  });
  if (selections.length === 0) return { ...set, selections: [typename] };
  const isSame =
    selections.length === set.selections.length && selections.every((one, i) => one === set.selections[i]);
  return isSame ? set : { ...set, selections };
}

function isGift(
  condition: string | undefined,
  parent: string | undefined,
  { types, members }: SubgraphGifts,
): boolean {
  if (condition === undefined) return false;
  return types.has(condition) || members.get(parent ?? '')?.has(condition) === true;
}

/** Subgraphs refuse an operation with a variable that it does not use. */
function withUsedVariables(definition: OperationDefinitionNode): OperationDefinitionNode {
  const used = new Set<string>();
  visit(definition.selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  const variableDefinitions = definition.variableDefinitions?.filter(({ variable }) =>
    used.has(variable.name.value),
  );
  return { ...definition, ...(variableDefinitions && { variableDefinitions }) };
}

function withOperation(fetch: FetchNode, document: DocumentNode): FetchNode {
  const used = new Set<string>();
  visit(document, { Variable: ({ name }) => void used.add(name.value) });
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(document)),
    ...(fetch.variableUsages && { variableUsages: fetch.variableUsages.filter((name) => used.has(name)) }),
  };
}

function fieldTypes(supergraph: DocumentNode): FieldTypes {
  const fields = new Map<string, Map<string, string>>();
  const roots = new Map([
    [OperationTypeNode.QUERY, 'Query'],
    [OperationTypeNode.MUTATION, 'Mutation'],
    [OperationTypeNode.SUBSCRIPTION, 'Subscription'],
  ]);
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.SCHEMA_DEFINITION) {
      for (const { operation, type } of definition.operationTypes) roots.set(operation, type.name.value);
    } else if (isTypeDefinitionNode(definition) && 'fields' in definition) {
      const types = (definition.fields ?? []).map(({ name, type }) => [name.value, namedType(type)] as const);
      fields.set(definition.name.value, new Map(types));
    }
  }
  return { fields, roots };
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
