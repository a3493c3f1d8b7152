/** A fetch of some of the fields that another asks for: the others are there already. */
import {
  Kind,
  OperationTypeNode,
  print,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { requestTemplate, type RequestTemplate } from '../execution/request-template.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { FetchShape, ShapedTemplate } from './fetch-shape.js';
import { variablesIn, type WantedField } from './wanted.js';

/** @param representations `null`: at a root type */
export function lesserOperation(
  { template, given }: FetchShape,
  fields: readonly WantedField[],
  representations: readonly string[] | null,
): SubgraphOperation {
  const nodes = new Set(fields.flatMap((field) => field.nodes));
  const id = idsOf(nodes);
  let lesser = template.lesser.get(id);
  if (lesser === undefined) {
    lesser = lesserTemplate(template, nodes);
    template.lesser.set(id, lesser);
  }
  return { template: lesser, variables: pairs(lesser.variables, given), representations };
}

function pairs(names: readonly string[], given: Readonly<Record<string, unknown>>): string {
  return names
    .filter((name) => given[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(given[name])}`)
    .join(',');
}

const ids = new WeakMap<FieldNode, number>();
let lastId = 0;

function idsOf(nodes: ReadonlySet<FieldNode>): string {
  return [...nodes]
    .map((node) => {
      const id = ids.get(node) ?? (lastId += 1);
      ids.set(node, id);
      return id;
    })
    .sort((left, right) => left - right)
    .join(' ');
}

function lesserTemplate(
  { template, operation, entities, fragments }: ShapedTemplate,
  nodes: ReadonlySet<FieldNode>,
): RequestTemplate {
  const only = (set: SelectionSetNode | undefined): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: (set?.selections ?? []).flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD)
        return nodes.has(selection) || isTypename(selection) ? [selection] : [];
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const selectionSet = only(selection.selectionSet);
        return selectionSet.selections.length === 0 ? [] : [{ ...selection, selectionSet }];
      }
      const fragment = fragments.get(selection.name.value);
      const selectionSet = only(fragment?.selectionSet);
      if (fragment === undefined || selectionSet.selections.length === 0) return [];
      const { directives = [] } = selection;
      return [
        { kind: Kind.INLINE_FRAGMENT, typeCondition: fragment.typeCondition, directives, selectionSet },
      ];
    }),
  });
  const selectionSet: SelectionSetNode =
    entities === null
      ? only(operation.selectionSet)
      : {
          kind: Kind.SELECTION_SET,
          selections: [{ ...entities, selectionSet: only(entities.selectionSet) }],
        };
  const used = variablesIn(selectionSet, fragments);
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  );
  const text = [
    print({ ...operation, variableDefinitions, selectionSet }),
    ...usedFragments(selectionSet, fragments),
  ].join(' ');
  used.delete('representations');
  return requestTemplate(
    {
      kind: 'Fetch',
      serviceName: template.subgraph,
      operation: text,
      operationKind: OperationTypeNode.QUERY,
      operationName: undefined,
      variableUsages: [...used],
      ...(entities !== null && { requires: [] }),
    },
    [],
  );
}

function isTypename({ name, alias }: FieldNode): boolean {
  return name.value === '__typename' && alias === undefined;
}

/** Those that are spread below what is asked for. */
function usedFragments(
  set: SelectionSetNode,
  fragments: ShapedTemplate['fragments'],
  found = new Map<string, string>(),
): string[] {
  for (const [name, fragment] of fragments) {
    if (found.has(name) || !new RegExp(`\\.\\.\\.\\s*${name}\\b`).test(print(set))) continue;
    found.set(name, print(fragment));
    usedFragments(fragment.selectionSet, fragments, found);
  }
  return [...found.values()];
}
