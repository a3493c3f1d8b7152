/**
 * A field that an `@interfaceObject` computes from a requirement may be asked of some of the types that implement the
 * interface. Apollo's planner (2.14.4) reads the requirement of those alone, and then:
 *
 * - takes it for one of the whole interface. Another type that has the required field at hand is named to the subgraph by
 *   it, without a key;
 * - makes one fetch of that field and of those that the subgraph is asked for of all types. An object of another type lacks
 *   what is required, so it is not sent, and its other fields are null without an error.
 */
import {
  isInterfaceObjectType,
  isInterfaceType,
  sameOperationPaths,
  selectionSetOfElement,
  type CompositeType,
  type InterfaceType,
  type OperationPath,
  type SelectionSet,
} from '@apollo/federation-internals';
import { hasRequirement, type FetchGroup } from './fetch-group.js';

/** What is added to the inputs of a fetch, as that of the types that it is sent for. */
export function requiredOfTypes({ inputs }: FetchGroup, selection: SelectionSet): readonly SelectionSet[] {
  const required = selection.parentType;
  const types = (inputs?.selectionSets() ?? []).map(({ parentType }) => parentType);
  const implement = isInterfaceType(required) && types.every((type) => isOneOf(type, required));
  if (!implement || types.length === 0) return [selection];
  return types.map((type) => ofType(selection, type));
}

/** Whether two fetches of the same place can be one, as far as it matters what they require: who requires is asked of all. */
export function requireOfTheSame(group: FetchGroup, sibling: FetchGroup): boolean {
  const [one, other] = [pathOf(group), pathOf(sibling)];
  return (
    (!requiresForInterface(group) || isWithin(other, one)) &&
    (!requiresForInterface(sibling) || isWithin(one, other))
  );
}

function pathOf(group: FetchGroup): OperationPath {
  return group.parents()[0]?.path ?? [];
}

function isWithin(inner: OperationPath, outer: OperationPath): boolean {
  return sameOperationPaths(inner.slice(0, outer.length), outer);
}

function requiresForInterface({ selection }: FetchGroup): boolean {
  return selection
    .fieldsInSet()
    .some(
      ({ field: { element } }) =>
        isInterfaceObjectType(element.parentType) && hasRequirement(element.definition),
    );
}

function isOneOf(type: CompositeType, required: InterfaceType): boolean {
  return required.possibleRuntimeTypes().some(({ name }) => name === type.name);
}

/** `... on Interface { f }` as `... on Type { f }`, whatever conditions are around it. */
function ofType(selection: SelectionSet, type: CompositeType): SelectionSet {
  const [only, ...others] = selection.selections();
  if (only?.kind !== 'FragmentSelection' || others.length > 0)
    return selection.rebaseOn({ parentType: type, fragments: undefined, errorIfCannotRebase: true });
  return selectionSetOfElement(only.element.withUpdatedTypes(type, type), ofType(only.selectionSet, type));
}
