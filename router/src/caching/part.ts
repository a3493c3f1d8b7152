/** The parts that have entries: an entity by its representation, and a root field by its arguments. */
import type { FetchShape } from './fetch-shape.js';
import type { SubgraphCaching } from './subgraph-caching.js';
import { nameInEntries, type WantedField } from './wanted.js';

export interface Part {
  readonly kind: PartKind;
  /** Of its entries, before what tells them apart by who may see them. */
  readonly key: string;
  /** `null`: a root field. */
  readonly representation: string | null;
}

/** What the parts of one type, or of one root field, have in common: within a fetch. */
export interface PartKind {
  /** Its type, or the root type with the field: what shapes one of a kind mostly shapes all. */
  readonly name: string;
  /** The entity's type as far as representations say it; `null`: a root field. */
  readonly type: string | null;
  /** What its objects are called; `null`: each says it. */
  readonly typename: string | null;
  /** What entries call its fields, each once; a type's name that is known is not kept. */
  readonly names: readonly string[];
  /** What is asked for of an object of this name; null: it cannot be told. */
  readonly fieldsOf: (typename: string) => readonly PlacedField[] | null;
}

export interface PlacedField {
  readonly field: WantedField;
  /** Among the names; -1: the name of the type, which is known. */
  readonly place: number;
}

/** Whether an entity is there at all, among the names of an entry's fields. */
export const existence = '?';

/** @throws NotCacheable. @returns null: there is no telling what is asked for */
export function entityPart(shape: FetchShape, caching: SubgraphCaching, representation: string): Part | null {
  const type = typeOfRepresentation(representation);
  if (type === null) return null;
  let kind = shape.kinds.get(type);
  if (kind === undefined) {
    kind = entityKind(shape, caching, type);
    shape.kinds.set(type, kind);
  }
  return kind && { kind, key: `${caching.schemaHash} ${representation}`, representation };
}

/** @throws NotCacheable. @returns null: there is no telling what is asked for */
export function rootParts(shape: FetchShape, { types, schemaHash }: SubgraphCaching): Part[] | null {
  const { queryType } = types;
  const fields = shape.wanted.fieldsOf(queryType);
  if (fields === null) return null;
  const keys = new Set(fields.map(({ key }) => key));
  keys.delete('__typename');
  return [...keys].map((key) => {
    const same = fields.filter((field) => field.key === key);
    const name = `${queryType}.${same[0]?.nodes[0]?.name.value ?? ''}`;
    const names = [...namesOf(same, true)];
    const placed = same.map((field) => ({ field, place: names.indexOf(nameInEntries(field)) }));
    const kind = { name, type: null, typename: queryType, names, fieldsOf: () => placed };
    return { kind, key: `${schemaHash} ${queryType} ${key}`, representation: null };
  });
}

function entityKind(shape: FetchShape, { types }: SubgraphCaching, type: string): PartKind | null {
  const isObject = types.isObject(type);
  const fields = isObject ? shape.wanted.fieldsOf(type) : fieldsOfAll(shape, types.objectsOf(type));
  if (fields === null) return null;
  const names = [...namesOf(fields, isObject), existence];
  const places = new Map(names.map((name, place) => [name, place]));
  const known = new Map<string, readonly PlacedField[] | null>();
  const fieldsOf = (typename: string) => {
    let placed = known.get(typename);
    if (placed === undefined) {
      const own = shape.wanted.fieldsOf(typename);
      placed = own?.map((field) => ({ field, place: places.get(nameInEntries(field)) ?? -1 })) ?? null;
      known.set(typename, placed);
    }
    return placed;
  };
  return { name: type, type, typename: isObject ? type : null, names, fieldsOf };
}

/** An interface: what of it the entity is, its entry says. */
function fieldsOfAll({ wanted }: FetchShape, types: readonly string[]): WantedField[] | null {
  const all: WantedField[] = [];
  for (const type of types) {
    const fields = wanted.fieldsOf(type);
    if (fields?.some(({ responseKey }) => responseKey === '__typename') !== true) return null;
    all.push(...fields);
  }
  return all.length === 0 ? null : all;
}

function namesOf(fields: readonly WantedField[], isTypeKnown: boolean): Set<string> {
  const names = new Set(fields.map(nameInEntries));
  if (isTypeKnown) names.delete('__typename');
  return names;
}

const head = '{"__typename":"';

function typeOfRepresentation(text: string): string | null {
  const end = text.startsWith(head) ? text.indexOf('"', head.length) : -1;
  const type = text.slice(head.length, end);
  if (end > 0 && !type.includes('\\')) return type;
  const { __typename: name } = JSON.parse(text) as { __typename?: unknown };
  return typeof name === 'string' ? name : null;
}
