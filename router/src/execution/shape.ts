/**
 * How the answer is made of the positions: for each object of the client's operation, its fields in the client's order
 * and where each is read. Worked out once per operation, and then once per concrete type that an object turns out to be.
 */
import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { DataNames } from '../planner/data-names.js';
import type { DataNode } from './data-tree.js';
import type { Fetch } from './fetch-graph.js';
import { jsonString } from './json-text.js';
import { leafWriter, type WriteLeaf } from './leaf-text.js';
import { requiredLeaves } from './representation.js';
import {
  collectFields,
  type CollectContext,
  type CollectedField,
  type FieldPlace,
  type Guard,
  type GuardedSelectionSet,
} from './selections.js';

export interface ShapeContext extends CollectContext {
  readonly names: DataNames;
  readonly fetches: readonly Fetch[];
  /** Answers a field of introspection, such as `__schema`. */
  readonly introspection: (field: CollectedField) => IntrospectionText;
}

export type IntrospectionText = (variables: Readonly<Record<string, unknown>>) => string;

export type ValueShape =
  | { readonly kind: 'leaf'; readonly isNonNull: boolean; readonly write: WriteLeaf }
  | { readonly kind: 'object'; readonly isNonNull: boolean; readonly object: ObjectShape }
  | { readonly kind: 'list'; readonly isNonNull: boolean; readonly item: ValueShape };

export type FieldShape = DataField | TypenameField | IntrospectionField;

interface AnyField {
  readonly responseName: string;
  /** `"name":` */
  readonly label: string;
  /** One must hold; `null`: always there. */
  readonly guards: readonly Guard[] | null;
  readonly places: readonly FieldPlace[];
}

export interface DataField extends AnyField {
  readonly kind: 'data';
  /** The key in the answers of fetches. */
  readonly key: string;
  /** The sources that may have it, in the order in which they are asked. */
  readonly slots: readonly number[];
  readonly value: ValueShape;
  /** `Type.field`, for messages. */
  readonly coordinate: string;
  /** Whose answer it is read from first; `undefined`: nobody's. */
  readonly subgraph: string | undefined;
}

export interface TypenameField extends AnyField {
  readonly kind: 'typename';
  /** `null`: the type is not known, only an interface of it. */
  readonly text: string | null;
  /** `Type.__typename`, for messages. */
  readonly coordinate: string;
}

export interface IntrospectionField extends AnyField {
  readonly kind: 'introspection';
  readonly text: IntrospectionText;
}

export interface TypeShape {
  readonly name: string;
  readonly fields: readonly FieldShape[];
  /** Whether the order of the fields depends on variables. */
  readonly isReordered: boolean;
  /**
   * Where one of these holds, what is asked for depends on the object's type, which is not known: a subgraph that has the
   * type as an `@interfaceObject` named it so, and nobody else said what it is. `null`: it is known, or makes no difference.
   */
  readonly unknownWhere: readonly Guard[] | null;
  /** What of the object comes in later parts of the answer. */
  readonly deferred: readonly DeferredShape[];
}

export interface DeferredShape {
  /** Of the part. */
  readonly label: string;
  readonly guards: readonly Guard[] | null;
  readonly object: ObjectShape;
}

/** An object of the answer, whatever type it turns out to have. */
export class ObjectShape {
  /** Which of a position's sources lies in the parent, where it is only one. */
  readonly inheritedSlot: number | null;
  /** The place in the parent's position that `inheritedSlot` lies in. */
  readonly parentSlot: number | null;
  /** Objects for which this fetch found the same entity are the same in all that the client asks for; `null`: none such. */
  readonly identifiedBy: number | null;
  private onlyType: TypeShape | undefined;
  private readonly byType = new Map<string | undefined, TypeShape>();
  private fieldsByKey: ReadonlyMap<string, DataField> | undefined;

  constructor(
    private readonly context: ShapeContext,
    readonly node: DataNode,
    readonly type: GraphQLCompositeType,
    private readonly selectionSets: readonly GuardedSelectionSet[],
  ) {
    const inherited = node.sources.flatMap((source, slot) => (source.parentSlot === null ? [] : [slot]));
    this.inheritedSlot = inherited.length === 1 ? (inherited[0] ?? null) : null;
    this.parentSlot =
      this.inheritedSlot === null ? null : (node.sources[this.inheritedSlot]?.parentSlot ?? null);
    this.identifiedBy =
      this.inheritedSlot === null ? null : identifyingFetch(node, this.inheritedSlot, context.fetches);
  }

  /** @returns `null` where the name is not one of a type that this object can have for a client */
  forType(typename: string | undefined): TypeShape | null {
    // Most objects can be of one type only, and subgraphs are not even asked for its name.
    if (this.onlyType !== undefined) return this.onlyType;
    const known = this.byType.get(typename);
    if (known !== undefined) return known;
    const type = this.concreteType(typename);
    if (type === null) return null;
    const shape = this.compile(type, typename !== undefined);
    if (isObjectType(this.type)) this.onlyType = shape;
    else this.byType.set(typename, shape);
    return shape;
  }

  /** The client's field that is read from the key, on whichever type. */
  fieldOf(key: string): DataField | undefined {
    this.fieldsByKey ??= this.allFields();
    return this.fieldsByKey.get(key);
  }

  private concreteType(typename: string | undefined): GraphQLObjectType | GraphQLInterfaceType | null {
    const { schema } = this.context;
    if (isObjectType(this.type)) return this.type;
    const named = typename === undefined ? undefined : schema.getType(typename);
    if (isObjectType(named)) return schema.isSubType(this.type, named) ? named : null;
    // A subgraph that has an interface as an object gives its name; without any name there may be but one possibility.
    const [only, ...others] = schema.getPossibleTypes(this.type);
    if (named === undefined && typename !== undefined) return null;
    if (only !== undefined && others.length === 0) return only;
    return isInterfaceType(this.type) ? this.type : null;
  }

  private compile(type: GraphQLObjectType | GraphQLInterfaceType, isNamed: boolean): TypeShape {
    const { fields, deferred, undecided } = collectFields(this.context, type, this.selectionSets);
    return {
      name: type.name,
      fields: fields.flatMap((field) => this.compileField(type, field) ?? []),
      unknownWhere: isNamed && undecided.length > 0 ? undecided : null,
      isReordered: fields.some(({ places }) => places.length > 1),
      deferred: deferred.map(({ label, guard, selectionSet }) => ({
        label,
        guards: guard.length === 0 ? null : [guard],
        object: new ObjectShape(this.context, this.node, type, [{ selectionSet, guard: [] }]),
      })),
    };
  }

  private compileField(
    type: GraphQLObjectType | GraphQLInterfaceType,
    field: CollectedField,
  ): FieldShape | null {
    const { responseName, guards, places, nodes } = field;
    const [node] = nodes;
    if (node === undefined) return null;
    const any: AnyField = {
      responseName,
      label: `${jsonString(responseName)}:`,
      guards: guards.some((guard) => guard.length === 0) ? null : guards,
      places,
    };
    const name = node.name.value;
    if (name === '__typename') {
      const text = isObjectType(type) ? jsonString(type.name) : null;
      return { ...any, kind: 'typename', text, coordinate: `${type.name}.__typename` };
    }
    if (name === '__schema' || name === '__type')
      return { ...any, kind: 'introspection', text: this.context.introspection(field) };
    const definition = type.getFields()[name];
    if (definition === undefined) return null;
    return this.dataField(any, `${type.name}.${name}`, node, definition.type, field.selectionSets);
  }

  private dataField(
    any: AnyField,
    coordinate: string,
    node: FieldNode,
    type: GraphQLOutputType,
    selectionSets: readonly GuardedSelectionSet[],
  ): DataField {
    const key = this.context.names.dataName(node);
    const named = getNamedType(type);
    const object = isCompositeType(named)
      ? new ObjectShape(this.context, this.node.child(key), named, selectionSets)
      : null;
    const slots = this.node.slotsWith(key);
    const source = this.node.sources[slots[0] ?? -1];
    return {
      ...any,
      kind: 'data',
      key,
      slots,
      subgraph: source && this.context.fetches[source.fetch]?.subgraph,
      value: valueShape(type, object),
      coordinate,
    };
  }

  private allFields(): ReadonlyMap<string, DataField> {
    const { schema } = this.context;
    const types =
      isUnionType(this.type) || isInterfaceType(this.type) ? schema.getPossibleTypes(this.type) : [this.type];
    const fields = new Map<string, DataField>();
    for (const type of types) {
      for (const field of this.forType(type.name)?.fields ?? []) {
        if (field.kind === 'data' && !fields.has(field.key)) fields.set(field.key, field);
      }
    }
    return fields;
  }
}

/** The object that a value is, or a list has; `null`: a leaf. */
export function objectOf(shape: ValueShape): ObjectShape | null {
  switch (shape.kind) {
    case 'leaf':
      return null;
    case 'object':
      return shape.object;
    case 'list':
      return objectOf(shape.item);
  }
}

function valueShape(type: GraphQLOutputType, object: ObjectShape | null, isNonNull = false): ValueShape {
  if (isNonNullType(type)) return valueShape(type.ofType, object, true);
  if (isListType(type)) return { kind: 'list', isNonNull, item: valueShape(type.ofType, object) };
  if (object !== null) return { kind: 'object', isNonNull, object };
  if (isCompositeType(type)) throw new Error(`expected selections of ${type.name} but got none`);
  return { kind: 'leaf', isNonNull, write: leafWriter(type) };
}

/**
 * A fetch whose representations hold all that the inherited source has. Where two objects have the same representation,
 * all that the client can see of them is the same, so their text is made once: on the benchmark's deep query 19 objects
 * are written instead of 465.
 */
function identifyingFetch(node: DataNode, inheritedSlot: number, fetches: readonly Fetch[]): number | null {
  const inherited = node.sources[inheritedSlot];
  for (const source of node.sources) {
    const fetch = source.parentSlot === null ? fetches[source.fetch] : undefined;
    if (fetch?.requires == null || fetch.contextRewrites.length > 0) continue;
    const required = requiredLeaves(fetch.requires);
    if ([...(inherited?.selections ?? [])].every(([key, inner]) => inner === null && required.has(key)))
      return source.fetch;
  }
  return null;
}
