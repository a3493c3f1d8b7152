/**
 * The types that may stand anywhere in a part: also where today there is null, an empty list or an object of another type, since
 * who invalidates a type has perhaps made the first of it.
 */
import { Kind, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import type { FetchShape } from './fetch-shape.js';
import type { PartKind } from './part.js';
import type { SubgraphTypes } from './subgraph-types.js';

/** @returns their names as they are declared; an interface or a union in place of the objects that it may be */
export function selectedTypes(
  { template: { entities, fragments } }: FetchShape,
  kind: PartKind,
  types: SubgraphTypes,
): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = { types, fragments, found };
  if (kind.type === null) {
    for (const { field } of kind.fieldsOf(types.queryType) ?? [])
      for (const node of field.nodes) addField(walk, node, types.queryType);
  } else if (entities?.selectionSet !== undefined) addSelected(walk, entities.selectionSet, kind.type);
  return found;
}

interface Walk {
  readonly types: SubgraphTypes;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly found: Set<string>;
}

function addSelected(walk: Walk, { selections }: SelectionSetNode, type: string): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      addField(walk, selection, type);
      continue;
    }
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
    const condition = fragment?.typeCondition?.name.value ?? type;
    const isObject = walk.types.isObject(type);
    if (fragment !== undefined && (!isObject || walk.types.isOfType(type, condition)))
      addSelected(walk, fragment.selectionSet, isObject ? type : condition);
  }
}

function addField(walk: Walk, { name, selectionSet }: FieldNode, parent: string): void {
  const type = walk.types.typeOf(parent, name.value);
  if (selectionSet === undefined || type === undefined) return;
  walk.found.add(type);
  addSelected(walk, selectionSet, type);
}
