/**
 * The data of a model. Nothing is stored: what a field of an object gives is a function of the seed, the object, the
 * field and its arguments, so every subgraph that has the field says the same, and so does the referee.
 */
import {
  fieldsOf,
  isActive,
  named,
  objectOf,
  possibleTypes,
  type FieldModel,
  type KeyPart,
  type Model,
  type Needed,
  type TypeRef,
} from './model.js';

/** An object of the domain. */
export interface Item {
  readonly typeName: string;
  /** Two with the same are the same object. */
  readonly identity: string;
  /** Of an entity, which one it is. */
  readonly index: number;
  /** Through which it was reached. */
  readonly parent: Item | undefined;
  readonly sequence?: number;
  /** Subgraphs only: external fields that may be read on this path. */
  readonly lent?: readonly Needed[];
  /** Subgraphs only: what the router sent. */
  readonly representation?: Readonly<Record<string, unknown>>;
}

export type Arguments = Readonly<Record<string, unknown>>;

export const instances = 4;

export class World {
  /** How often each mutation was carried out, in order. */
  readonly changes: string[] = [];

  constructor(readonly model: Model) {}

  /** @throws what a resolver would, for a field that is flaky */
  field(item: Item, field: FieldModel, args: Arguments): unknown {
    if (field.keyPart !== undefined) return this.keyPart(item, field, field.keyPart);
    if (field.sequence === true) return item.sequence;
    const active = Object.entries(field.placements).filter(
      ([subgraph, { external }]) => external !== true && isActive(field, subgraph),
    );
    if (active.some(([subgraph]) => this.isUnknown(item, subgraph))) return null;
    const [placement] = active.map(([, each]) => each);
    const needs = placement?.requires?.map((needed) => this.needed(item, needed));
    const { fromContext } = placement ?? {};
    const given = fromContext === undefined ? undefined : this.fromAbove(item, fromContext.field);
    return this.computed(item, field, args, needs ?? (given === undefined ? undefined : [given]));
  }

  /** @param inputs what the field's subgraph got from elsewhere */
  computed(item: Item, field: FieldModel, args: Arguments, inputs: readonly unknown[] | undefined): unknown {
    const { model } = this;
    const hidden = field.args.filter((each) => each.hidden === true).map(({ name }) => name);
    const visible = Object.fromEntries(Object.entries(args).filter(([name]) => !hidden.includes(name)));
    const shared = model.interfaces.find(({ entity }) => entity?.fields.includes(field));
    const owner = shared?.name ?? item.typeName;
    const place = `${owner}|${item.identity}|${field.name}${canonical(visible)}${inputs ? canonical(inputs) : ''}`;
    let sequence: number | undefined;
    if (item.typeName === 'Mutation') sequence = this.changes.push(`${field.name}${canonical(visible)}`);
    if (field.flaky === true) {
      const dice = this.hash(`${place}|flaky`) % 6;
      if (dice === 0) throw new Error(`${owner}.${field.name} of ${item.identity} failed`);
      if (dice === 1) return null;
    }
    return this.make({ item, field, place, sequence }, field.type, '');
  }

  entity(typeName: string, index: number, parent?: Item): Item {
    const shared = this.model.interfaces.find(
      ({ name, entity, implementations }) =>
        entity !== undefined && (name === typeName || implementations.includes(typeName)),
    );
    if (shared === undefined) return { typeName, identity: `${typeName}:${index}`, index, parent };
    // Which implementation an instance is follows from its index; an implementation has none of the others'.
    const { name, implementations } = shared;
    const own = implementations.indexOf(typeName);
    const at = own < 0 ? index : index - (index % implementations.length) + own;
    const concrete = implementations[at % implementations.length] ?? typeName;
    return { typeName: concrete, identity: `${name}:${at}`, index: at, parent };
  }

  /** Whether the subgraph answers with null where it is asked for this entity. Of a type it does not know one at most. */
  isUnknown({ typeName, index }: Item, subgraph: string): boolean {
    const object = objectOf(this.model, typeName);
    return object?.kind === 'entity' && object.presence[subgraph]?.unknown === index;
  }

  keyPart({ index, identity, ...item }: Item, field: FieldModel, part: KeyPart): unknown {
    const [base = ''] = identity.split(':');
    switch (part) {
      case 'id':
        return `${base}-${index}`;
      case 'sku':
        return `sku/${base}/${index}`;
      case 'code':
      case 'serial':
        return index >> 1;
      case 'region':
      case 'country':
        return `r${index & 1}`;
      case 'nested':
        return { ...item, typeName: named(field.type), identity, index, lent: [] } satisfies Item;
    }
  }

  /** What a `@requires` asks for, as JSON. */
  private needed(item: Item, { field: name, args, of }: Needed): unknown {
    const field = fieldsOf(this.model, item.typeName).find((each) => each.name === name);
    if (field === undefined) throw new Error(`expected ${item.typeName} to have ${name}`);
    return this.selected(this.field(item, field, { ...defaultsOf(field), ...argumentsOf(args) }), of);
  }

  private selected(value: unknown, of: readonly Needed[] | undefined): unknown {
    if (Array.isArray(value)) return value.map((each: unknown) => this.selected(each, of));
    if (value === null || of === undefined) return value;
    return Object.fromEntries(of.map((needed) => [needed.field, this.needed(value as Item, needed)]));
  }

  private fromAbove(item: Item, name: string): unknown {
    for (let above = item.parent; above !== undefined; above = above.parent) {
      const field = objectOf(this.model, above.typeName)?.fields.find((each) => each.name === name);
      if (field !== undefined) return this.field(above, field, {});
    }
    return null;
  }

  private make(at: Place, type: TypeRef, position: string): unknown {
    const key = `${at.place}${position}`;
    const dice = this.hash(key);
    if (!type.nonNull && at.field.certain !== true && dice % 7 === 0) return null;
    if ('list' in type) {
      const length = position === '' ? this.hash(`${key}|length`) % 4 : this.hash(`${key}|length`) % 3;
      return Array.from({ length }, (_, index) => {
        const fails = at.field.flaky === true && this.hash(`${key}|${index}|flaky`) % 5 === 0;
        if (fails) return new Error(`item ${index} of ${at.field.name} failed`);
        return this.make(at, type.list, `${position}[${index}]`);
      });
    }
    return this.makeNamed(at, type.name, key);
  }

  private makeNamed(at: Place, name: string, key: string): unknown {
    const { item, field, sequence } = at;
    const number = this.hash(`${key}|value`);
    const listing = this.model.enums.find((each) => each.name === name);
    if (listing !== undefined) return listing.values[number % listing.values.length];
    const scalar = scalars[name];
    if (scalar !== undefined) return scalar(number);
    const possible = possibleTypes(this.model, field);
    const typeName = possible[number % possible.length] ?? name;
    const kind = objectOf(this.model, typeName)?.kind ?? 'entity';
    if (kind === 'entity') return this.knownEntity(typeName, (number >> 4) % instances, at);
    const made = { typeName, identity: key, index: 0, parent: item };
    return sequence === undefined ? made : { ...made, sequence };
  }

  /** One that all who have the field know. */
  private knownEntity(typeName: string, index: number, { item, field }: Place): Item {
    const places = Object.keys(field.placements);
    for (let at = index; ; at += 1) {
      const entity = this.entity(typeName, at % instances, item);
      if (!places.some((subgraph) => this.isUnknown(entity, subgraph))) return entity;
    }
  }

  hash(text: string): number {
    let hash = 2_166_136_261 ^ this.model.dataSeed;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
    hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
    return (hash ^ (hash >>> 16)) >>> 1;
  }
}

interface Place {
  readonly item: Item;
  readonly field: FieldModel;
  /** Of which the value is a function. */
  readonly place: string;
  readonly sequence: number | undefined;
}

const scalars: Readonly<Record<string, (number: number) => unknown>> = {
  String: (number) => `text ${number % 10_000}`,
  Int: (number) => number % 1_000,
  Float: (number) => (number % 1_000) / 4,
  Boolean: (number) => number % 2 === 0,
  ID: (number) => `id${number % 100}`,
  Stamp: (number) => `2026-01-${String((number % 28) + 1).padStart(2, '0')}`,
  Blob: (number) => blobs[number % blobs.length],
};

/** What is a leaf to everybody, whatever it looks like. */
const blobs: readonly unknown[] = [
  7,
  'text',
  false,
  [],
  [1, [null, 'two'], {}],
  {},
  { id: 'not an id', __typename: 'E0', b: [{ a: null }] },
  { 'no name': 0.5, label: { id: null } },
];

/** JSON with its keys in order, so that equal values give equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each: unknown) => canonical(each)).join()}]`;
  if (typeof value !== 'object' || value === null)
    return value === undefined ? 'undefined' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, each]) => `${key}:${canonical(each)}`).join()}}`;
}

function argumentsOf(text: string | undefined): Arguments {
  const [, name, value] = /^(\w+): (\d+)$/.exec(text ?? '') ?? [];
  return name === undefined ? {} : { [name]: Number(value) };
}

function defaultsOf(field: FieldModel): Arguments {
  return Object.fromEntries(
    field.args.flatMap(({ name, defaultValue }) =>
      defaultValue === undefined ? [] : [[name, Number(defaultValue)]],
    ),
  );
}
