/**
 * The model made executable: each subgraph with what it knows and no more, and the referee, which knows it all. A
 * subgraph is strict: it fails when it is asked what a correct router never asks, such as an external field that is not
 * lent on this path, a field that has moved away, or an entity by less than one of its keys.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { isAbstractType, isObjectType, parse, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import {
  fieldsOf,
  isActive,
  objectOf,
  placementOf,
  type FieldModel,
  hiddenNames,
  type KeyModel,
  type Model,
  type Needed,
  type Placement,
} from './model.js';
import { canonical, instances, type Arguments, type Item, type World } from './world.js';

export function subgraphSchema(world: World, subgraph: string, sdl: string): GraphQLSchema {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl) });
  const resolvers = new SubgraphResolvers(world, subgraph);
  attach(schema, (typeName, fieldName) => resolvers.of(typeName, fieldName));
  const entities = schema.getQueryType()?.getFields()['_entities'];
  if (entities !== undefined) {
    entities.resolve = (_, { representations }: Arguments) =>
      (representations as readonly Representation[]).map((representation) =>
        resolvers.entity(representation),
      );
  }
  return schema;
}

/** @param schema with the API schema's types; it is made executable in place */
export function refereeSchema(world: World, schema: GraphQLSchema): GraphQLSchema {
  attach(schema, (typeName, fieldName) => {
    const field = fieldsOf(world.model, typeName).find(({ name }) => name === fieldName);
    if (field === undefined) throw new Error(`expected the model to have ${typeName}.${fieldName}`);
    return (source, args) => world.field(itemOf(source, typeName), field, args);
  });
  return schema;
}

type Resolver = GraphQLFieldResolver<unknown, unknown, Arguments>;
type Representation = Readonly<Record<string, unknown>> & { readonly __typename?: string };

function attach(schema: GraphQLSchema, resolverOf: (typeName: string, fieldName: string) => Resolver): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) {
      // As an interface object, what is an interface elsewhere is an object here.
      type.resolveType = (item: Item) => {
        const [base = ''] = item.identity.split(':');
        const isObject = schema.getType(item.typeName) === undefined && schema.getType(base) !== undefined;
        return isObject ? base : item.typeName;
      };
    }
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.name.startsWith('_')) field.resolve = resolverOf(type.name, field.name);
    }
  }
}

function itemOf(source: unknown, typeName: string): Item {
  return (source as Item | undefined) ?? { typeName, identity: typeName, index: 0, parent: undefined };
}

class SubgraphResolvers {
  private readonly model: Model;

  constructor(
    private readonly world: World,
    private readonly subgraph: string,
  ) {
    this.model = world.model;
  }

  of(typeName: string, fieldName: string): Resolver {
    const field = this.fieldNamed(typeName, fieldName);
    const object = objectOf(this.model, typeName);
    const placement =
      (object === undefined ? undefined : placementOf(object, field, this.subgraph)) ??
      field.placements[this.subgraph] ??
      {};
    return (source, args) => this.resolve(itemOf(source, typeName), field, placement, args);
  }

  entity(representation: Representation): Item | null {
    const typeName = representation.__typename ?? '';
    const keys = this.keysOf(typeName).filter(({ resolvable }) => resolvable);
    const given = keys.filter(({ fields }) => hasKey(representation, fields));
    if (given.length === 0) {
      throw new Error(`${this.subgraph} cannot find a ${typeName} by ${canonical(representation)}`);
    }
    const items = Array.from({ length: instances }, (_, index) => this.world.entity(typeName, index));
    const found = items.find((item) =>
      given.every(({ fields }) => this.matches(item, typeName, representation, fields)),
    );
    if (found === undefined || this.world.isUnknown(found, this.subgraph)) return null;
    return { ...found, representation };
  }

  private resolve(item: Item, field: FieldModel, placement: Placement, args: Arguments): unknown {
    const asked = `${this.subgraph} was asked for ${item.typeName}.${field.name}`;
    const lent = item.lent?.find((each) => each.field === field.name);
    if (field.keyPart === undefined && placement.external === true && lent === undefined) {
      throw new Error(`${asked}, which is external`);
    }
    if (!isActive(field, this.subgraph)) throw new Error(`${asked}, which another subgraph has`);
    if (placement.requires !== undefined) {
      const { representation } = item;
      if (representation === undefined) throw new Error(`${asked} without what it requires`);
      const inputs = placement.requires.map((needed) => given(representation, needed, asked));
      return this.world.computed(item, field, args, inputs);
    }
    if (placement.fromContext !== undefined) {
      const { [placement.fromContext.arg]: input = null, ...others } = args;
      return this.world.computed(item, field, others, [input]);
    }
    const { provides = [] } = placement;
    return lend(this.valueOf(item, field, args), [...provides, ...(lent?.of ?? [])]);
  }

  /** An error may name what clients must not learn of, since a subgraph does not know what is hidden of it. */
  private valueOf(item: Item, field: FieldModel, args: Arguments): unknown {
    try {
      return this.world.field(item, field, args);
    } catch (error) {
      const names = hiddenNames(this.model);
      const name = names[this.world.hash(`${item.identity}${field.name}`) % names.length];
      if (name === undefined || !(error instanceof Error)) throw error;
      throw new Error(`${error.message} because of ${name}`, { cause: error });
    }
  }

  private fieldNamed(typeName: string, name: string): FieldModel {
    const field = fieldsOf(this.model, typeName).find((each) => each.name === name);
    if (field !== undefined) return field;
    // As an interface object, what it requires of its implementations.
    const type = this.model.interfaces.find((each) => each.name === typeName && each.entity !== undefined);
    const required = fieldsOf(this.model, type?.implementations[0] ?? '').find((each) => each.name === name);
    if (required !== undefined && required.keyPart === undefined) {
      return { ...required, placements: { [this.subgraph]: { external: true } } };
    }
    if (name === 'id')
      return { name, type: { name: 'ID', nonNull: true }, args: [], placements: {}, keyPart: 'id' };
    throw new Error(`expected the model to have ${typeName}.${name}`);
  }

  private keysOf(typeName: string): readonly KeyModel[] {
    const presence = objectOf(this.model, typeName)?.presence[this.subgraph];
    if (presence !== undefined) return presence.keys;
    const entity = this.model.interfaces.find(({ name }) => name === typeName)?.entity;
    const here = entity?.home === this.subgraph || entity?.object === this.subgraph;
    return here ? [{ fields: 'id', resolvable: true }] : [];
  }

  private matches(item: Item, typeName: string, representation: Representation, key: string): boolean {
    // An interface's key finds any implementation, an implementation's key only its own.
    if (objectOf(this.model, typeName) !== undefined && item.typeName !== typeName) return false;
    return parseKey(key).every(({ field: name, of }) => {
      const field = this.fieldNamed(typeName, name);
      const got = representation[name];
      if (of === undefined) return got === this.world.field(item, field, {});
      const inner = this.world.field(item, field, {}) as Item;
      return of.every((each) => {
        const part = this.fieldNamed(inner.typeName, each.field);
        return (got as Representation)[each.field] === this.world.field(inner, part, {});
      });
    });
  }
}

function given(representation: Representation, { field, of }: Needed, asked: string): unknown {
  const value = representation[field];
  if (value === undefined) throw new Error(`${asked} without ${field}, which it requires`);
  const select = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(select);
    if (each === null || of === undefined) return each;
    return Object.fromEntries(
      of.map((needed) => [needed.field, given(each as Representation, needed, asked)]),
    );
  };
  return select(value);
}

function lend(value: unknown, names: readonly Needed[]): unknown {
  if (names.length === 0 || value === null || typeof value !== 'object' || value instanceof Error)
    return value;
  if (Array.isArray(value)) return value.map((each: unknown) => lend(each, names));
  return { ...(value as Item), lent: names };
}

function hasKey(representation: Representation, key: string): boolean {
  return parseKey(key).every(({ field, of }) => {
    const value = representation[field];
    if (of === undefined || value === null || value === undefined) return value !== undefined;
    return of.every((inner) => (value as Representation)[inner.field] !== undefined);
  });
}

function parseKey(key: string): readonly Needed[] {
  return [...key.matchAll(/(\w+)(?: \{ ([^}]*) \})?/g)].map(([, field = '', of]) =>
    of === undefined ? { field } : { field, of: of.split(' ').map((name) => ({ field: name })) },
  );
}
