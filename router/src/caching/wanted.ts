/**
 * What a fetch asks for at one place of its answer, with the values of its variables in it: which fields, for which type. Both
 * ways lead over it, from an answer to what is kept of it and from what is kept to the answer.
 */
import { createHash } from 'node:crypto';
import { fieldName } from '@selvedge/cache';
import {
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { canonicalField, isCondition, type GivenVariables } from './canonical-field.js';
import type { SubgraphTypes } from './subgraph-types.js';

export interface WantedField {
  /** What the fetch calls it. */
  readonly responseKey: string;
  /** What kept data calls it; at the top of an entry its selection counts too (`nameInEntries`). */
  readonly key: string;
  /** `null`: a leaf, which may be anything. */
  readonly inner: Wanted | null;
  readonly nodes: readonly FieldNode[];
}

/** A text that is not understood, or that asks for something which must not be kept. */
export class NotCacheable extends Error {
  override readonly name = 'NotCacheable';
}

export interface WantedContext {
  readonly types: SubgraphTypes;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: GivenVariables;
  /** What is asked for without variables, once for each text. */
  readonly constant: WeakMap<SelectionSetNode, Wanted>;
}

export class Wanted {
  private readonly byType = new Map<string, readonly WantedField[] | null>();
  private selectionHash: string | undefined;

  /** @param type as the subgraph declares it; undefined: not known */
  constructor(
    private readonly context: WantedContext,
    private readonly selectionSets: readonly SelectionSetNode[],
    readonly type: string | undefined,
  ) {}

  /** The name of an object that does not say it. */
  get onlyType(): string | undefined {
    return this.type !== undefined && this.context.types.isObject(this.type) ? this.type : undefined;
  }

  /**
   * @param typename what the object calls itself
   * @returns null: it cannot be told
   * @throws NotCacheable
   */
  fieldsOf(typename: string | undefined): readonly WantedField[] | null {
    const type = typename ?? this.onlyType;
    const name = type ?? '';
    let fields = this.byType.get(name);
    if (fields === undefined) {
      fields = this.collect(type);
      this.byType.set(name, fields);
    }
    return fields;
  }

  /**
   * Another one where something else is asked for, whatever it is called. Not every two that ask for the same have the same, and two
   * that do not may by chance: what a value is good for is seen by looking into it.
   */
  get selection(): string {
    this.selectionHash ??= createHash('sha256')
      .update(this.textOf(this.selectionSets, this.type))
      .digest('base64url')
      .slice(0, 8);
    return this.selectionHash;
  }

  private textOf(sets: readonly SelectionSetNode[], type: string | undefined): string {
    return [...new Set(sets.flatMap((set) => this.textsOf(set, type)))].sort().join(' ');
  }

  private textsOf({ selections }: SelectionSetNode, type: string | undefined): string[] {
    return selections.flatMap((selection) => {
      if (!this.isIncluded(selection)) return [];
      if (selection.kind === Kind.FIELD) {
        const name = canonicalField(selection, this.context.variables);
        const { selectionSet } = selection;
        return selectionSet === undefined ? name : `${name}{${this.textOf([selectionSet], undefined)}}`;
      }
      const { condition, selectionSet } = this.fragment(selection);
      const texts = this.textsOf(selectionSet, type);
      return condition === undefined || condition === type
        ? texts
        : texts.map((text) => `${condition}.${text}`);
    });
  }

  private collect(type: string | undefined): readonly WantedField[] | null {
    if (type !== undefined && !this.context.types.isObject(type)) return null;
    const nodes = new Map<string, FieldNode[]>();
    const isDecided = this.selectionSets.every((set) => this.addFields(set, type, nodes));
    if (!isDecided) return null;
    return [...nodes].map(([responseKey, found]) => this.field(responseKey, found, type));
  }

  private field(responseKey: string, nodes: readonly FieldNode[], type: string | undefined): WantedField {
    const { variables, types } = this.context;
    const keys = new Set(nodes.map((node) => canonicalField(node, variables)));
    const [key = ''] = keys;
    // A name that every object has cannot be told from one that is not there.
    if (keys.size !== 1 || responseKey in Object.prototype || key in Object.prototype)
      throw new NotCacheable(responseKey);
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const name = nodes[0]?.name.value ?? '';
    const inner = sets.length === 0 ? null : this.innerOf(sets, type && types.typeOf(type, name));
    return { responseKey, key, inner, nodes };
  }

  private innerOf(sets: readonly SelectionSetNode[], type: string | undefined): Wanted {
    const [only] = sets;
    const { constant, fragments } = this.context;
    if (only === undefined || sets.length > 1 || usesVariables(only, fragments))
      return new Wanted(this.context, sets, type);
    const known = constant.get(only);
    if (known !== undefined && known.type === type) return known;
    const inner = new Wanted(this.context, sets, type);
    constant.set(only, inner);
    return inner;
  }

  /** @returns false: whether a fragment applies cannot be told */
  private addFields(
    { selections }: SelectionSetNode,
    type: string | undefined,
    into: Map<string, FieldNode[]>,
  ): boolean {
    return selections.every((selection) => {
      if (!this.isIncluded(selection)) return true;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const known = into.get(key);
        if (known === undefined) into.set(key, [selection]);
        else known.push(selection);
        return true;
      }
      const { condition, selectionSet } = this.fragment(selection);
      if (condition !== undefined && condition !== this.type) {
        if (type === undefined) return false;
        if (!this.context.types.isOfType(type, condition)) return true;
      }
      return this.addFields(selectionSet, type, into);
    });
  }

  private fragment(selection: Exclude<SelectionNode, FieldNode>) {
    if ((selection.directives ?? []).some(({ name }) => !isCondition(name.value)))
      throw new NotCacheable('a directive on a fragment');
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return { condition: selection.typeCondition?.name.value, selectionSet: selection.selectionSet };
    const fragment = this.context.fragments.get(selection.name.value);
    if (fragment === undefined) throw new NotCacheable(selection.name.value);
    return { condition: fragment.typeCondition.name.value, selectionSet: fragment.selectionSet };
  }

  private isIncluded({ directives = [] }: SelectionNode): boolean {
    return directives.every(({ name, arguments: given = [] }) => {
      if (!isCondition(name.value)) return true;
      const value = given.find((argument) => argument.name.value === 'if')?.value;
      const isOn =
        value?.kind === Kind.VARIABLE
          ? this.context.variables[value.name.value]
          : value?.kind === Kind.BOOLEAN && value.value;
      if (typeof isOn !== 'boolean') throw new NotCacheable('a condition without a value');
      return name.value === 'skip' ? !isOn : isOn;
    });
  }
}

/** What entries call it. */
export function nameInEntries({ key, inner }: WantedField): string {
  return fieldName(key, inner?.selection ?? null);
}

const withVariables = new WeakMap<SelectionSetNode, boolean>();

function usesVariables(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  let uses = withVariables.get(set);
  if (uses === undefined) {
    uses = variablesIn(set, fragments).size > 0;
    withVariables.set(set, uses);
  }
  return uses;
}

/** Names of the variables that the node has anywhere, fragments followed. */
export function variablesIn(
  node: unknown,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Set<string>(),
): Set<string> {
  if (Array.isArray(node)) for (const each of node) variablesIn(each, fragments, found);
  else if (typeof node === 'object' && node !== null) {
    const { kind, name } = node as { kind?: string; name?: { value?: string } };
    if (kind === Kind.VARIABLE) found.add(name?.value ?? '');
    if (kind === Kind.FRAGMENT_SPREAD)
      variablesIn(fragments.get(name?.value ?? '')?.selectionSet, fragments, found);
    for (const inner of Object.values(node)) variablesIn(inner, fragments, found);
  }
  return found;
}
