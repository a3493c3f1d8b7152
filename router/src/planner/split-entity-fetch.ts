/**
 * Splits a fetch of entities whose representation would need one name twice: `score` requires `comments(limit: 3)` and
 * `rank` requires `comments(limit: 5)`, so each is fetched with a representation of its own.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import type { RequiredArguments, RequiredField } from './required-arguments.js';

/** @returns the fetch itself where nothing is in the way */
export function splitEntityFetch(fetch: FetchNode, required: RequiredArguments): FetchNode[] {
  if (!collides(namesIn(fetch.requires ?? []), required.fields)) return [fetch];
  const operation = readOperation(fetch.operation);
  const units = unitsOf(operation.entities, '', operation.fragments).map((selection) => ({
    selection,
    needs: needsOf(selection, '', fetch.serviceName, required),
  }));
  const needed = new Set(units.flatMap(({ needs }) => [...needs]));
  return group(units, required.fields).map(({ selections, needs }, index) =>
    part(fetch, operation, {
      selections,
      isSent: (name) => !needed.has(name) || needs.has(name),
      suffix: index === 0 ? '' : `_${index + 1}`,
    }),
  );
}

interface EntityOperation {
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What is asked of each entity. */
  readonly entities: readonly SelectionNode[];
}

/** One field of an entity, in the fragments that it stands in. */
interface Unit {
  readonly selection: SelectionNode;
  readonly needs: ReadonlySet<string>;
}

interface Group {
  readonly selections: SelectionNode[];
  readonly needs: Set<string>;
}

interface Part {
  readonly selections: readonly SelectionNode[];
  /** Whether this stand-in belongs into the representation. */
  readonly isSent: (name: string) => boolean;
  /** Fetches of one plan have names of their own. */
  readonly suffix: string;
}

function readOperation(text: string): EntityOperation {
  const document = parse(text, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  let definition: OperationDefinitionNode | undefined;
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    if (node.kind === Kind.OPERATION_DEFINITION) definition = node;
  }
  const root = definition?.selectionSet.selections[0];
  if (definition === undefined || root?.kind !== Kind.FIELD || root.selectionSet === undefined)
    throw new Error(`expected a fetch of entities but got ${text}`);
  return { definition, fragments, entities: root.selectionSet.selections };
}

function unitsOf(
  selections: readonly SelectionNode[],
  typeName: string,
  fragments: EntityOperation['fragments'],
): SelectionNode[] {
  return selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (fragment === undefined) return [selection];
    const { typeCondition, selectionSet } = fragment;
    const inner = unitsOf(selectionSet.selections, typeCondition?.name.value ?? typeName, fragments);
    return inner.map((unit) => ({
      kind: Kind.INLINE_FRAGMENT,
      ...(typeCondition && { typeCondition }),
      ...(selection.directives && { directives: selection.directives }),
      selectionSet: { kind: Kind.SELECTION_SET, selections: [unit] },
    }));
  });
}

function needsOf(
  selection: SelectionNode,
  typeName: string,
  subgraph: string,
  required: RequiredArguments,
): ReadonlySet<string> {
  if (selection.kind === Kind.FIELD) return required.neededBy(subgraph, typeName, selection.name.value);
  if (selection.kind === Kind.FRAGMENT_SPREAD) return new Set();
  const [inner] = selection.selectionSet.selections;
  if (inner === undefined) return new Set();
  return needsOf(inner, selection.typeCondition?.name.value ?? typeName, subgraph, required);
}

/** First fit, in the order of the operation. */
function group(units: readonly Unit[], fields: ReadonlyMap<string, RequiredField>): Group[] {
  const groups: Group[] = [];
  for (const { selection, needs } of units) {
    const fitting = groups.find((candidate) => !collides([...candidate.needs, ...needs], fields));
    if (fitting === undefined) groups.push({ selections: [selection], needs: new Set(needs) });
    else {
      fitting.selections.push(selection);
      for (const name of needs) fitting.needs.add(name);
    }
  }
  return groups;
}

/** Whether two different stand-ins are for one field's name; that they may stand in different places is not looked at. */
function collides(names: readonly string[], fields: ReadonlyMap<string, RequiredField>): boolean {
  const standIns = [...new Set(names)].filter((name) => fields.has(name));
  return new Set(standIns.map((name) => fields.get(name)?.name)).size < standIns.length;
}

function namesIn(selections: readonly QueryPlanSelectionNode[]): string[] {
  return selections.flatMap((selection) => [
    ...(selection.kind === 'Field' ? [selection.name] : []),
    ...namesIn(selection.selections ?? []),
  ]);
}

function part(fetch: FetchNode, operation: EntityOperation, { selections, isSent, suffix }: Part): FetchNode {
  const document = withoutUnused(operation, selections, suffix);
  const used = new Set(variablesIn(document));
  return {
    ...fetch,
    ...(fetch.operationName !== undefined && { operationName: fetch.operationName + suffix }),
    operation: stripIgnoredCharacters(print(document)),
    requires: sent(fetch.requires ?? [], isSent),
    ...(fetch.variableUsages && { variableUsages: fetch.variableUsages.filter((name) => used.has(name)) }),
  };
}

function sent(
  selections: readonly QueryPlanSelectionNode[],
  isSent: (name: string) => boolean,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'Field' && !isSent(selection.name)) return [];
    if (selection.selections === undefined) return [selection];
    const inner = sent(selection.selections, isSent);
    return inner.length === 0 ? [] : [{ ...selection, selections: inner }];
  });
}

/** The operation with other selections of its entities, and without the variables and fragments that these do not use. */
function withoutUnused(
  { definition, fragments }: EntityOperation,
  selections: readonly SelectionNode[],
  suffix: string,
): DocumentNode {
  const [root] = definition.selectionSet.selections;
  if (root?.kind !== Kind.FIELD) throw new Error('expected _entities but got a fragment');
  const entities = { ...root, selectionSet: { kind: Kind.SELECTION_SET, selections } as const };
  const body = { ...definition, selectionSet: { kind: Kind.SELECTION_SET, selections: [entities] } as const };
  const spread = usedFragments(selections, fragments);
  const used = new Set(
    variablesIn({ kind: Kind.DOCUMENT, definitions: [{ ...body, variableDefinitions: [] }, ...spread] }),
  );
  const operation: OperationDefinitionNode = {
    ...body,
    ...(definition.name && {
      name: { kind: Kind.NAME, value: definition.name.value + suffix },
    }),
    variableDefinitions: (definition.variableDefinitions ?? []).filter(({ variable }) =>
      used.has(variable.name.value),
    ),
  };
  return { kind: Kind.DOCUMENT, definitions: [operation, ...spread] };
}

function usedFragments(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const used = new Set<FragmentDefinitionNode>();
  const collect = (selection: SelectionNode) => {
    visit(selection, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        fragment.selectionSet.selections.forEach(collect);
      },
    });
  };
  selections.forEach(collect);
  return [...used];
}

function variablesIn(document: DocumentNode): string[] {
  const names: string[] = [];
  visit(document, { Variable: ({ name }) => void names.push(name.value) });
  return names;
}
