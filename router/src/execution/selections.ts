/**
 * CollectFields (GraphQL specification, 6.3.2), done once per operation and concrete type. What depends on variables
 * (`@skip`, `@include`) becomes a guard that is looked at per request.
 */
import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isInterfaceType,
  Kind,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLInterfaceType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Condition } from './fetch-graph.js';

/** All must hold; empty: always. */
export type Guard = readonly Condition[];

export interface GuardedSelectionSet {
  readonly selectionSet: SelectionSetNode;
  readonly guard: Guard;
}

export interface CollectedField {
  readonly responseName: string;
  readonly nodes: readonly FieldNode[];
  /** One of them must hold. */
  readonly guards: readonly Guard[];
  /** Where it stands, by what holds; empty where it always stands at the first of its places. */
  readonly places: readonly FieldPlace[];
  /** Of all nodes, in order. */
  readonly selectionSets: readonly GuardedSelectionSet[];
}

/** A field stands where it is selected first, of the selections that hold. */
export interface FieldPlace {
  readonly guard: Guard;
  /** Among all selections of the object. */
  readonly at: number;
}

export interface CollectContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Whether what has `@defer` comes later, by its label (see `incremental/deferred-parts.ts`); otherwise it is as any other. */
  readonly defers?: boolean;
}

/** A fragment that comes in a part of its own. */
export interface CollectedDefer {
  readonly label: string;
  readonly guard: Guard;
  readonly selectionSet: SelectionSetNode;
}

export interface CollectedSelections {
  readonly fields: readonly CollectedField[];
  readonly deferred: readonly CollectedDefer[];
  /** Of fragments that only some objects of an interface have: none of them is collected. */
  readonly undecided: readonly Guard[];
}

export function collectFields(
  context: CollectContext,
  type: GraphQLObjectType | GraphQLInterfaceType,
  selectionSets: readonly GuardedSelectionSet[],
): CollectedSelections {
  const fields = new Map<string, MutableField>();
  const deferred: CollectedDefer[] = [];
  const undecided: Guard[] = [];
  const collector = new Collector(context, type, fields, deferred, undecided);
  for (const { selectionSet, guard } of selectionSets) {
    collector.collect(selectionSet, guard, new Set());
  }
  return { fields: [...fields.values()], deferred, undecided };
}

export function holds(guards: readonly Guard[], variables: Readonly<Record<string, unknown>>): boolean {
  return guards.some((guard) => guard.every(({ variable, expected }) => variables[variable] === expected));
}

/** @returns the fields that hold, in the order in which the client's operation comes to them. */
export function inOrder<Field extends { readonly places: readonly FieldPlace[] }>(
  fields: readonly Field[],
  variables: Readonly<Record<string, unknown>>,
): Field[] {
  const placed = fields.flatMap((field) => {
    const place = field.places.find(({ guard }) => holds([guard], variables));
    return place === undefined ? [] : [{ field, at: place.at }];
  });
  return placed.sort((left, right) => left.at - right.at).map(({ field }) => field);
}

/** @returns `null`: never. Directives without variables are decided here. */
export function guardOf(selection: SelectionNode, outer: Guard): Guard | null {
  if (selection.directives === undefined || selection.directives.length === 0) return outer;
  const guard = [...outer];
  for (const [name, expected] of [
    ['skip', false],
    ['include', true],
  ] as const) {
    const directive = selection.directives.find((node) => node.name.value === name);
    const variable = directive && variableOf(directive);
    if (variable !== undefined) {
      if (!guard.some((known) => known.variable === variable && known.expected === expected))
        guard.push({ variable, expected });
    } else if (directive !== undefined) {
      const definition = name === 'skip' ? GraphQLSkipDirective : GraphQLIncludeDirective;
      if (getDirectiveValues(definition, selection)?.['if'] !== expected) return null;
    }
  }
  return guard;
}

interface MutableField extends CollectedField {
  readonly nodes: FieldNode[];
  guards: Guard[];
  readonly places: FieldPlace[];
  readonly selectionSets: GuardedSelectionSet[];
}

class Collector {
  private count = 0;

  constructor(
    private readonly context: CollectContext,
    private readonly type: GraphQLObjectType | GraphQLInterfaceType,
    private readonly fields: Map<string, MutableField>,
    private readonly deferred: CollectedDefer[],
    private readonly undecided: Guard[],
  ) {}

  collect(selectionSet: SelectionSetNode, outer: Guard, spread: ReadonlySet<string>): void {
    for (const selection of selectionSet.selections) {
      const guard = guardOf(selection, outer);
      if (guard === null) continue;
      switch (selection.kind) {
        case Kind.FIELD:
          this.add(selection, guard);
          break;
        case Kind.INLINE_FRAGMENT:
          if (this.applies(selection.typeCondition?.name.value, guard))
            this.collectInline(selection, guard, spread);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = this.context.fragments.get(name);
          if (fragment === undefined || spread.has(name)) break;
          if (!this.applies(fragment.typeCondition.name.value, guard)) break;
          this.collect(fragment.selectionSet, guard, new Set([...spread, name]));
          break;
        }
      }
    }
  }

  private collectInline(fragment: InlineFragmentNode, guard: Guard, spread: ReadonlySet<string>): void {
    const { selectionSet } = fragment;
    const label = this.context.defers === true ? labelOf(fragment) : undefined;
    if (label === undefined) this.collect(selectionSet, guard, spread);
    else this.deferred.push({ label, guard, selectionSet });
  }

  private add(node: FieldNode, guard: Guard): void {
    const responseName = node.alias?.value ?? node.name.value;
    let field = this.fields.get(responseName);
    if (field === undefined) {
      field = { responseName, nodes: [], guards: [], places: [], selectionSets: [] };
      this.fields.set(responseName, field);
    }
    field.nodes.push(node);
    if (field.places.at(-1)?.guard.length !== 0) field.places.push({ guard, at: this.count });
    this.count += 1;
    // Once it is there in any case, the other guards say nothing.
    if (guard.length === 0) field.guards = [[]];
    else if (field.guards[0]?.length !== 0) field.guards.push(guard);
    if (node.selectionSet !== undefined) field.selectionSets.push({ selectionSet: node.selectionSet, guard });
  }

  private applies(condition: string | undefined, guard: Guard): boolean {
    if (condition === undefined || condition === this.type.name) return true;
    const type = this.context.schema.getType(condition);
    if (isAbstractType(type) && this.context.schema.isSubType(type, this.type)) return true;
    if (isInterfaceType(this.type)) this.undecided.push(guard);
    return false;
  }
}

function labelOf({ directives = [] }: InlineFragmentNode): string | undefined {
  const defer = directives.find(({ name }) => name.value === 'defer');
  const label = defer?.arguments?.find(({ name }) => name.value === 'label')?.value;
  return label?.kind === Kind.STRING ? label.value : undefined;
}

function variableOf(directive: DirectiveNode): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
  return value?.kind === Kind.VARIABLE ? value.name.value : undefined;
}
