/**
 * The model of a domain, as plain data: what there is (types, fields, arguments) and which subgraph has which part of
 * it. Everything else is a projection of it: a subgraph's SDL and resolvers, the API schema, the data. Being plain, it
 * can be made smaller piece by piece when a run has failed.
 */
export interface Model {
  /** All data is a function of it. */
  readonly dataSeed: number;
  readonly subgraphs: readonly string[];
  readonly enums: readonly EnumModel[];
  /** Names of custom scalars. */
  readonly scalars: readonly string[];
  readonly inputs: readonly InputModel[];
  readonly objects: readonly ObjectModel[];
  readonly interfaces: readonly InterfaceModel[];
  readonly unions: readonly UnionModel[];
}

export interface EnumModel {
  readonly name: string;
  readonly values: readonly string[];
  /** `@inaccessible`; part of `values`. */
  readonly hiddenValue?: string;
}

export interface InputModel {
  readonly name: string;
  readonly fields: readonly ArgumentModel[];
}

export interface ArgumentModel {
  readonly name: string;
  readonly type: TypeRef;
  /** As GraphQL text. */
  readonly defaultValue?: string;
  readonly hidden?: boolean;
}

export type TypeRef =
  | { readonly name: string; readonly nonNull: boolean }
  | { readonly list: TypeRef; readonly nonNull: boolean };

export interface ObjectModel {
  readonly name: string;
  /** A value type is in every subgraph that refers to it; the others are where `presence` says. */
  readonly kind: 'root' | 'entity' | 'value';
  readonly hidden?: boolean;
  readonly fields: readonly FieldModel[];
  readonly presence: Readonly<Record<string, Presence>>;
  /** What its instances' keys start with, which is the interface's name where the interface is an entity. */
  readonly identity: string;
}

/** An entity or a root type in one subgraph. */
export interface Presence {
  readonly keys: readonly KeyModel[];
  /** `@context(name:)` */
  readonly context?: string;
  /** The instance that it does not know: it answers with null where it is asked for that. */
  readonly unknown?: number;
}

export interface KeyModel {
  readonly fields: string;
  readonly resolvable: boolean;
}

export interface FieldModel {
  readonly name: string;
  readonly type: TypeRef;
  readonly args: readonly ArgumentModel[];
  readonly placements: Readonly<Record<string, Placement>>;
  /** In every subgraph that has the type. */
  readonly everywhere?: boolean;
  /** Its value says which instance it is. */
  readonly keyPart?: KeyPart;
  /** Counts the mutations so far. */
  readonly sequence?: boolean;
  /** Throws for some of the objects. */
  readonly flaky?: boolean;
  /** Neither null where that is optional nor an error, since not every subgraph says the same of its nullability. */
  readonly certain?: boolean;
  /** Needed by another field: it may be null, but it does not fail. */
  readonly needed?: boolean;
  readonly hidden?: boolean;
  readonly deprecated?: boolean;
}

export type KeyPart = 'id' | 'sku' | 'code' | 'region' | 'nested' | 'country' | 'serial';

/** A field in one subgraph. */
export interface Placement {
  readonly external?: boolean;
  readonly shareable?: boolean;
  readonly requires?: readonly Needed[];
  /** Fields of the entity that it returns. */
  readonly provides?: readonly Needed[];
  readonly override?: { readonly from: string; readonly label?: string };
  /** Another subgraph has `override`, so this one is never to be asked. */
  readonly moved?: boolean;
  /** Nullable here though not in the model. */
  readonly weaker?: boolean;
  readonly fromContext?: { readonly arg: string; readonly context: string; readonly field: string };
}

/** One field of a `@requires` or a `@provides`. */
export interface Needed {
  readonly field: string;
  /** As GraphQL text, without parentheses. */
  readonly args?: string;
  readonly of?: readonly Needed[];
}

export interface InterfaceModel {
  readonly name: string;
  /** Names of the fields that each implementation has; where a subgraph has the interface, it has those that all have there. */
  readonly fields: readonly string[];
  readonly implementations: readonly string[];
  /** The interface is an entity: `home` has it whole, `object` has it as `@interfaceObject` with these fields. */
  readonly entity?: {
    readonly home: string;
    readonly object: string;
    readonly fields: readonly FieldModel[];
  };
}

export interface UnionModel {
  readonly name: string;
  readonly members: readonly string[];
}

export function named(type: TypeRef): string {
  return 'list' in type ? named(type.list) : type.name;
}

export function printType(type: TypeRef): string {
  const inner = 'list' in type ? `[${printType(type.list)}]` : type.name;
  return type.nonNull ? `${inner}!` : inner;
}

export function printNeeded(needed: readonly Needed[]): string {
  return needed
    .map(({ field, args, of }) => `${field}${args ? `(${args})` : ''}${of ? ` { ${printNeeded(of)} }` : ''}`)
    .join(' ');
}

export function objectOf(model: Model, name: string): ObjectModel | undefined {
  return model.objects.find((object) => object.name === name);
}

/** What clients must not learn of: of all that is `@inaccessible`, what stands nowhere that they see. */
export function hiddenNames({ enums, inputs, objects, interfaces }: Model): readonly string[] {
  const fields = [...objects, ...interfaces.flatMap(({ entity }) => entity ?? [])].flatMap(
    (each) => each.fields,
  );
  const args = [
    ...fields.filter(({ hidden }) => hidden !== true),
    ...inputs.map(({ fields: args }) => ({ args })),
  ];
  return [
    ...objects.flatMap(({ name, hidden }) => (hidden === true ? [name] : [])),
    ...fields.flatMap(({ name, hidden }) => (hidden === true ? [name] : [])),
    ...args.flatMap((each) => each.args.flatMap(({ name, hidden }) => (hidden === true ? [name] : []))),
    ...enums.flatMap(({ hiddenValue = [] }) => hiddenValue),
  ];
}

/** With the fields that an interface object adds. */
export function fieldsOf(model: Model, typeName: string): readonly FieldModel[] {
  const object = objectOf(model, typeName);
  const added = model.interfaces.flatMap(({ name, implementations, entity }) =>
    name === typeName || implementations.includes(typeName) ? (entity?.fields ?? []) : [],
  );
  return object === undefined ? added : [...object.fields, ...added];
}

/** @returns undefined where the subgraph does not have the field */
export function placementOf(object: ObjectModel, field: FieldModel, subgraph: string): Placement | undefined {
  if (object.kind === 'value') return { shareable: true };
  const presence = object.presence[subgraph];
  if (presence === undefined) return undefined;
  if (field.keyPart !== undefined) {
    const names = presence.keys.flatMap(({ fields }) => fields.split(/[ {}]+/));
    return names.includes(field.name) ? {} : undefined;
  }
  return field.everywhere === true ? { shareable: true } : field.placements[subgraph];
}

/** Where a moved field is, given that only labels of 0 and 100 per cent are generated. */
function isMoved(override: NonNullable<Placement['override']>): boolean {
  return override.label !== 'percent(0)';
}

/** Whether this subgraph's resolver of the field may be asked at all. */
export function isActive(field: FieldModel, subgraph: string): boolean {
  const own = field.placements[subgraph]?.override;
  if (own !== undefined) return isMoved(own);
  const taker = Object.values(field.placements).find(({ override }) => override?.from === subgraph);
  return taker?.override === undefined || !isMoved(taker.override);
}

/** The object types that a field of an abstract type may give: those that every subgraph with this field knows. */
export function possibleTypes(model: Model, field: FieldModel): readonly string[] {
  const name = named(field.type);
  const places = Object.keys(field.placements);
  const members =
    model.unions.find((union) => union.name === name)?.members ??
    model.interfaces.find((each) => each.name === name)?.implementations;
  if (members === undefined) return [name];
  if (model.interfaces.some((each) => each.name === name && each.entity !== undefined)) return members;
  return members.filter((member) => {
    const object = objectOf(model, member);
    return object?.kind === 'value' || places.every((place) => object?.presence[place] !== undefined);
  });
}
