/**
 * Puts `@skip` and `@include` of fragments on the fields in them that have a requirement as well.
 *
 * Apollo's planner (2.14.4) enters a subgraph again for a field with `@requires`, and forgets on the way in which fragments
 * the field stands: of `... @skip(if: $yes) { needs }` it fetches what `needs` requires under the condition, and `needs`
 * itself without it. So it would be asked for, without its requirement, where the client wants nothing. What stands on
 * the field itself is not forgotten.
 */
import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { joinFields } from './join-directives.js';

/** @returns the names of all fields that some subgraph cannot resolve without being sent something */
export function fieldsWithRequirement(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(supergraph, {
    FieldDefinition({ name, directives }) {
      const given = joinFields(directives).flatMap((join) => join.arguments ?? []);
      if (given.some((one) => one.name.value === 'requires' || one.name.value === 'contextArguments'))
        names.add(name.value);
    },
  });
  return names;
}

/** @returns the document itself where there is nothing to do */
export function withConditionsOnRequirements(
  document: DocumentNode,
  names: ReadonlySet<string>,
): DocumentNode {
  if (names.size === 0) return document;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return visit(document, {
    SelectionSet: (set) => conditioned(set, { names, fragments }),
  });
}

interface Operation {
  readonly names: ReadonlySet<string>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** What is selected of one object: below its fields begins another. */
function conditioned(set: SelectionSetNode, operation: Operation): SelectionSetNode {
  const selections = set.selections.map((selection) => pushed(selection, [], operation));
  return selections.every((selection, index) => selection === set.selections[index])
    ? set
    : { ...set, selections };
}

function pushed(
  selection: SelectionNode,
  conditions: readonly DirectiveNode[],
  operation: Operation,
): SelectionNode {
  if (selection.kind === Kind.FIELD) {
    const { directives = [], name } = selection;
    if (!operation.names.has(name.value)) return selection;
    // Not repeatable: where both have one, the fragment's is left to the fragment.
    const missing = conditions.filter((one) => directives.every((own) => own.name.value !== one.name.value));
    return missing.length === 0 ? selection : { ...selection, directives: [...directives, ...missing] };
  }
  const all = [...conditions];
  for (const directive of selection.directives ?? []) {
    const isNew = all.every(({ name }) => name.value !== directive.name.value);
    if (isNew && isCondition(directive)) all.push(directive);
  }
  const fragment =
    selection.kind === Kind.INLINE_FRAGMENT ? selection : operation.fragments.get(selection.name.value);
  if (all.length === 0 || fragment === undefined) return selection;
  const inner = fragment.selectionSet.selections;
  const selections = inner.map((one) => pushed(one, all, operation));
  if (selections.every((one, index) => one === inner[index])) return selection;
  return {
    kind: Kind.INLINE_FRAGMENT,
    ...(fragment.typeCondition && { typeCondition: fragment.typeCondition }),
    directives: selection.directives ?? [],
    selectionSet: { ...fragment.selectionSet, selections },
  };
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}
