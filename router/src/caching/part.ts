/** The parts that have entries: an entity by its representation, and a root field by its arguments. */
import type { FetchShape } from './fetch-shape.js';
import type { SubgraphCaching } from './subgraph-caching.js';
import type { WantedField } from './wanted.js';

export interface Part {
  /** Its type, or the root type with the field: what shapes one of a kind mostly shapes all. */
  readonly kind: string;
  readonly key: string;
  /** What is asked for of an object of this name; null: it cannot be told. */
  readonly fieldsOf: (typename: string) => readonly WantedField[] | null;
  /** What its entry calls them, each once; a name that is known is not kept. */
  readonly names: readonly string[];
  /** The entity's type as far as the representation says it; `null`: a root field. */
  readonly type: string | null;
  /** What its object is called; `null`: the answer says it. */
  readonly typename: string | null;
  /** `null`: a root field. */
  readonly representation: string | null;
}

/** Whether an entity is there at all, among the names of an entry's fields. */
export const existence = '?';

/** @throws NotCacheable @returns null: there is no telling what is asked for */
export function entityPart(shape: FetchShape, caching: SubgraphCaching, representation: string): Part | null {
  const type = typeOfRepresentation(representation);
  if (type === null) return null;
  const { types, schemaHash } = caching;
  const isObject = types.isObject(type);
  const fields = isObject ? shape.wanted.fieldsOf(type) : fieldsOfAll(shape, types.objectsOf(type));
  if (fields === null) return null;
  return {
    kind: type,
    key: `${schemaHash} ${representation}`,
    fieldsOf: (typename) => shape.wanted.fieldsOf(typename),
    names: [...namesOf(fields, isObject), existence],
    type,
    typename: isObject ? type : null,
    representation,
  };
}

/** @throws NotCacheable */
export function rootParts(shape: FetchShape, { types, schemaHash }: SubgraphCaching): Part[] | null {
  const fields = shape.wanted.fieldsOf(types.queryType);
  if (fields === null) return null;
  return [...namesOf(fields, true)].map((key) => {
    const same = fields.filter((field) => field.key === key);
    return {
      kind: `${types.queryType}.${same[0]?.nodes[0]?.name.value ?? ''}`,
      key: `${schemaHash} ${types.queryType} ${key}`,
      fieldsOf: () => same,
      names: [key],
      type: null,
      typename: types.queryType,
      representation: null,
    };
  });
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

function namesOf(fields: readonly WantedField[], isObject: boolean): Set<string> {
  const names = new Set(fields.map(({ key }) => key));
  if (isObject) names.delete('__typename');
  return names;
}

const flat = /^\{"__typename":"(\w+)"[,}]/;

function typeOfRepresentation(text: string): string | null {
  const type = flat.exec(text)?.[1];
  if (type !== undefined) return type;
  const { __typename: name } = JSON.parse(text) as { __typename?: unknown };
  return typeof name === 'string' ? name : null;
}
