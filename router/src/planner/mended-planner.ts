/**
 * Apollo's planner (2.14.4) without the faults by which it plans wrong data in silence, each removed where it arises:
 *
 * - A subgraph is entered again for a `@requires` by the first of its keys: see `resolvable-keys.ts`.
 * - A fetch that a `@requires` causes becomes part of the fetch before it where that subgraph's schema has all its
 *   fields. That it has them as `@external`, that they have requirements of their own, or that an `@override` gives them
 *   to another subgraph is not looked at.
 * - One `@interfaceObject` that requires what another computes is refused: the `__typename` that comes with the key of
 *   the one is not taken into a fetch of the other.
 * - What an `@interfaceObject` requires for some types is required of all: see `required-of-types.ts`.
 *
 * The library's methods are wrapped, and do what they always did except while a plan is made here.
 */
import {
  baseType,
  federationMetadata,
  Field,
  FieldDefinition,
  isCompositeType,
  isInterfaceObjectType,
  MapWithCachedArrays,
  possibleRuntimeTypes,
  SelectionSet,
  typenameFieldName,
  type CompositeType,
  type Operation,
  type Schema,
  type Supergraph,
} from '@apollo/federation-internals';
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner';
import { hasRequirement, isFetchGroup, wrap, type FetchGroup } from './fetch-group.js';
import { requiredOfTypes, requireOfTheSame } from './required-of-types.js';
import { enterableTypes, putResolvableKeysFirst, refuseUnresolvableKeys } from './resolvable-keys.js';

type PlannerConfig = ConstructorParameters<typeof QueryPlanner>[1];

/** Whether each label of `@override(label:)` is on. */
type Labels = ReadonlyMap<string, boolean>;

export interface MendedPlanner {
  plan(operation: Operation, labels: Labels): QueryPlan;
}

export function mendedPlanner(supergraph: Supergraph, config: PlannerConfig): MendedPlanner {
  mend();
  const planner = new QueryPlanner(supergraph, config);
  const overridden = overriddenFields(supergraph);
  const enterable = enterableTypes(supergraph);
  for (const { schema } of supergraph.subgraphs()) putResolvableKeysFirst(schema);
  return {
    plan(operation, labels) {
      planning = { labels, overridden };
      try {
        const plan = planner.buildQueryPlan(operation, { overrideConditions: new Map(labels) });
        refuseUnresolvableKeys(plan, enterable);
        return plan;
      } finally {
        planning = null;
      }
    },
  };
}

interface Planning {
  readonly labels: Labels;
  readonly overridden: ReadonlyMap<Schema, OverriddenFields>;
}

/** By coordinate, where a label decides whether a field is a subgraph's own. */
type OverriddenFields = ReadonlyMap<string, { readonly label: string; readonly isOn: boolean }>;

let planning: Planning | null = null;
let isMended = false;

function mend(): void {
  if (isMended) return;
  isMended = true;
  wrap(SelectionSet.prototype, 'canRebaseOn', function (original, parentType) {
    return original(parentType) && (planning === null || !asksForForeign(this, parentType, planning));
  });
  wrap(Field.prototype, 'rebaseOn', function (original, rebasing) {
    const { parentType } = rebasing;
    const isFromOneToTheOther =
      planning !== null &&
      this.name === typenameFieldName &&
      this.definition.parent.name === parentType.name &&
      isInterfaceObjectType(this.definition.parent) &&
      isInterfaceObjectType(parentType);
    const typename = isFromOneToTheOther ? parentType.typenameField() : undefined;
    return typename === undefined ? original(rebasing) : this.withUpdatedDefinition(typename);
  });
  mendFetchGroups();
}

/** Their class is not exported: the first that is put into such a map has it. */
function mendFetchGroups(): void {
  const prototype = MapWithCachedArrays.prototype as MapWithCachedArrays<unknown, unknown>;
  let isFound = false;
  wrap(prototype, 'set', function (original, key, value) {
    if (!isFound && planning !== null && isFetchGroup(value)) {
      isFound = true;
      const groups = Object.getPrototypeOf(value) as FetchGroup;
      wrap(groups, 'canMergeChildIn', function (mayMerge, child) {
        return mayMerge(child) && hasWhatIsRequired(this, child);
      });
      wrap(groups, 'canMergeGrandChildIn', function (mayMerge, child) {
        return mayMerge(child) && hasWhatIsRequired(this, child);
      });
      wrap(groups, 'canMergeSiblingIn', function (mayMerge, sibling) {
        return mayMerge(sibling) && (planning === null || requireOfTheSame(this, sibling));
      });
      wrap(groups, 'addInputs', function (add, selection, rewrites) {
        const typed = planning === null ? [selection] : requiredOfTypes(this, selection);
        for (const one of typed) add(one, rewrites);
      });
    }
    return original(key, value);
  });
}

/** What a fetch of entities requires is part of their representations, so whoever takes it over needs these. */
function hasWhatIsRequired(group: FetchGroup, child: FetchGroup): boolean {
  if (planning === null || child.inputs === undefined) return true;
  const requires =
    child.inputs.usedContexts.size > 0 ||
    child.selection.fieldsInSet().some(({ field }) => hasRequirement(field.element.definition));
  if (!requires) return true;
  return group.inputs?.contains(child.inputs) === true && samePath(group.mergeAt, child.mergeAt);
}

function samePath(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.join('\n') === other.join('\n');
}

/** Whether the subgraph that this type belongs to cannot give all of the selection by itself. */
function asksForForeign(selectionSet: SelectionSet, parentType: CompositeType, labels: Planning): boolean {
  return selectionSet.selections().some((selection) => {
    if (selection.kind === 'FragmentSelection') {
      const condition = selection.element.typeCondition;
      const type = condition === undefined ? parentType : parentType.schema().type(condition.name);
      return (
        type !== undefined && isCompositeType(type) && asksForForeign(selection.selectionSet, type, labels)
      );
    }
    const fields = fieldsOf(parentType, selection.element.name);
    if (fields.some((field) => isForeign(field, labels))) return true;
    const type = fields[0]?.type && baseType(fields[0].type);
    return (
      selection.selectionSet !== undefined &&
      type !== undefined &&
      isCompositeType(type) &&
      asksForForeign(selection.selectionSet, type, labels)
    );
  });
}

/** The field itself, and what implements it. */
function fieldsOf(type: CompositeType, name: string): FieldDefinition<CompositeType>[] {
  if (name === typenameFieldName) return [];
  return [type, ...possibleRuntimeTypes(type)].flatMap((one) => {
    const field =
      'field' in one ? (one.field(name) as FieldDefinition<CompositeType> | undefined) : undefined;
    return field === undefined ? [] : [field];
  });
}

function isForeign(field: FieldDefinition<CompositeType>, { labels, overridden }: Planning): boolean {
  const override = overridden.get(field.schema())?.get(field.coordinate);
  if (override !== undefined && labels.get(override.label) !== override.isOn) return true;
  return hasRequirement(field) || federationMetadata(field.schema())?.isFieldExternal(field) === true;
}

function overriddenFields(supergraph: Supergraph): ReadonlyMap<Schema, OverriddenFields> {
  const bySchema = new Map<Schema, Map<string, { label: string; isOn: boolean }>>();
  const subgraphs = [...supergraph.subgraphs()];
  for (const { schema } of subgraphs) bySchema.set(schema, new Map());
  for (const { schema } of subgraphs) {
    for (const application of federationMetadata(schema)?.overrideDirective().applications() ?? []) {
      const { from, label } = application.arguments();
      if (label === undefined || !(application.parent instanceof FieldDefinition)) continue;
      const { coordinate } = application.parent;
      const previous = subgraphs.find(({ name }) => name === from);
      bySchema.get(schema)?.set(coordinate, { label, isOn: true });
      if (previous !== undefined) bySchema.get(previous.schema)?.set(coordinate, { label, isOn: false });
    }
  }
  return bySchema;
}
