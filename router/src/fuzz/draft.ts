/** A model while it is being made, and the fields that it is made of. */
import type { Draw } from './draw.js';
import type {
  ArgumentModel,
  EnumModel,
  FieldModel,
  InputModel,
  Placement,
  Presence,
  TypeRef,
} from './model.js';

/** The model while it is being made. */
export interface Draft {
  readonly draw: Draw;
  readonly subgraphs: readonly string[];
  readonly enums: EnumModel[];
  readonly scalars: string[];
  readonly inputs: InputModel[];
  readonly objects: DraftObject[];
  readonly interfaces: DraftInterface[];
  readonly unions: { readonly name: string; readonly members: string[] }[];
}

export interface DraftObject {
  readonly name: string;
  readonly kind: 'root' | 'entity' | 'value';
  readonly identity: string;
  readonly fields: DraftField[];
  readonly presence: Record<string, Mutable<Presence>>;
  /** Where it has all its keys. */
  readonly home: string;
  hidden?: boolean;
  /** A field of it is lent to another subgraph. */
  isLent?: boolean;
}

export type DraftField = Omit<Mutable<FieldModel>, 'placements'> & {
  readonly placements: Record<string, Mutable<Placement>>;
};

export interface DraftInterface {
  readonly name: string;
  readonly fields: string[];
  readonly implementations: string[];
  entity?: { readonly home: string; readonly object: string; readonly fields: DraftField[] };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The places that can be entered by a key. */
export function enterable(object: DraftObject): string[] {
  return Object.keys(object.presence).filter(
    (subgraph) => object.presence[subgraph]?.keys.some((key) => key.resolvable) === true,
  );
}

export function bareField(name: string, type: TypeRef): DraftField {
  return { name, type, args: [], placements: {} };
}

export function newField({ draw, inputs, enums }: Draft, name: string, type: TypeRef): DraftField {
  const args: ArgumentModel[] = [];
  const nonNull = () => draw.chance(15);
  if (draw.chance(20)) {
    const fallback = draw.chance(50) ? { defaultValue: String(draw.int(5)) } : {};
    args.push({ name: 'first', type: { name: 'Int', nonNull: nonNull() }, ...fallback });
  }
  if (draw.chance(10))
    args.push({ name: 'color', type: { name: enums[0]?.name ?? 'Int', nonNull: nonNull() } });
  if (draw.chance(10)) args.push({ name: 'by', type: { name: draw.pick(inputs).name, nonNull: nonNull() } });
  if (draw.chance(6)) args.push({ name: 'blob', type: { name: 'Blob', nonNull: nonNull() } });
  if (draw.chance(6)) {
    args.push({
      name: 'ids',
      type: { list: { list: { name: 'ID', nonNull: true }, nonNull: false }, nonNull: false },
    });
  }
  return { ...bareField(name, type), args, ...(draw.chance(20) && { flaky: true }) };
}

export function placed({ draw }: Draft, field: DraftField, places: readonly string[]): DraftField {
  const shared = places.length > 1;
  const placements: Record<string, Placement> = {};
  const weak = shared && draw.chance(30) && field.type.nonNull ? draw.pick(places) : undefined;
  for (const place of places) {
    placements[place] = { ...(shared && { shareable: true }), ...(place === weak && { weaker: true }) };
  }
  const certain = weak === undefined ? {} : { certain: true, flaky: false };
  return { ...field, ...certain, placements };
}

export const scalarType = (draw: Draw) => ({
  name: draw.pick(['String', 'Int', 'Float', 'Boolean', 'ID', 'Color', 'Blob', 'Stamp']),
});

export function wrapScalar(draw: Draw): TypeRef {
  return wrap(draw, scalarType(draw).name, 20);
}

/** As it is, in a list, or in a list of lists; null is allowed at random. */
export function wrap(draw: Draw, name: string, listPercent = 40): TypeRef {
  let type: TypeRef = { name, nonNull: draw.chance(40) };
  if (draw.chance(listPercent)) type = { list: type, nonNull: draw.chance(40) };
  if ('list' in type && draw.chance(20)) type = { list: type, nonNull: draw.chance(40) };
  return type;
}
