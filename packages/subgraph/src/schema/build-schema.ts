// From the schema file and the resolver map to an executable subgraph schema, with the mistakes that would only show in
// some later query found at start.
import { buildSubgraphSchema } from '@apollo/subgraph';

import {
  isObjectType,
  Kind,
  parse,
  visit,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
} from 'graphql';
import type { EntityClass } from '../store/store.js';
import { batchEntities, type ExternalFields } from './entities.js';

/** A resolver map as codegen types it: by type, then by field; scalars as they are. */
export type ResolverMap = Readonly<
  Record<string, GraphQLScalarType | Readonly<Record<string, unknown>> | undefined>
>;

export interface SchemaDefinition {
  readonly sdl: string;
  readonly resolvers: ResolverMap;
}

type ApolloModule = Exclude<
  Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number],
  DocumentNode
>;
type ApolloResolvers = NonNullable<ApolloModule['resolvers']>;

export function buildSchema({ sdl, resolvers }: SchemaDefinition): GraphQLSchema {
  const typeDefs = parse(sdl);
  // Codegen has typed every resolver for its field; @apollo/subgraph wants them all of one type.
  const known = withoutUnknownFields(resolvers, typeDefs) as ApolloResolvers;
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: known }]);
  batchEntities(schema, externalFields(typeDefs));
  return schema;
}

/**
 * Every field of a type that a row backs has a resolver or an equally named column.
 *
 * @param propertiesOf the properties of an entity class: columns and getters
 */
export function checkFields(
  schema: GraphQLSchema,
  propertiesOf: (entity: EntityClass) => ReadonlySet<string>,
  entities: readonly EntityClass[],
): void {
  const problems: string[] = [];
  for (const entity of entities) {
    const type = schema.getType(entity.name);
    if (!isObjectType(type)) continue;
    const properties = propertiesOf(entity);
    for (const name of unresolvedFields(type)) {
      if (!properties.has(name))
        problems.push(
          `${type.name}.${name} to have a resolver, or ${entity.name} to have a column of that name,`,
        );
    }
  }
  if (problems.length > 0) throw new TypeError(`expected ${problems.join(' and ')} but got neither`);
}

function unresolvedFields(type: GraphQLObjectType): string[] {
  return Object.values(type.getFields()).flatMap((field) => (field.resolve == null ? [field.name] : []));
}

/**
 * @apollo/subgraph throws for resolvers of fields that the schema lacks, which is right for a typo and wrong for a schema
 * that was replaced by one with less in it (`SUBGRAPH_SCHEMA`); codegen's types catch the typo already.
 */
function withoutUnknownFields(resolvers: ResolverMap, typeDefs: DocumentNode): ResolverMap {
  const fieldsOf = new Map<string, Set<string>>();
  const note = (type: string, fields: readonly { name: { value: string } }[] = []): void => {
    const names = fieldsOf.get(type) ?? new Set(['__resolveReference', '__resolveType', '__isTypeOf']);
    for (const field of fields) names.add(field.name.value);
    fieldsOf.set(type, names);
  };
  for (const node of typeDefs.definitions)
    if ('fields' in node)
      note(
        node.name.value,
        node.fields?.map(({ name }) => ({ name })),
      );
    else if ('name' in node && node.name !== undefined) note(node.name.value);
  const kept: [string, ResolverMap[string]][] = [];
  for (const [type, map] of Object.entries(resolvers)) {
    const fields = fieldsOf.get(type);
    if (map === undefined || fields === undefined) continue;
    const isFieldMap = !('serialize' in map);
    kept.push([
      type,
      isFieldMap ? Object.fromEntries(Object.entries(map).filter(([name]) => fields.has(name))) : map,
    ]);
  }
  return Object.fromEntries(kept);
}

function externalFields(typeDefs: DocumentNode): ExternalFields {
  const externals = new Map<string, Set<string>>();
  visit(typeDefs, {
    FieldDefinition(node, _key, _parent, _path, ancestors) {
      if (node.directives?.some(({ name }) => name.value === 'external') !== true) return;
      const owner = ancestors.findLast(
        (ancestor) => !Array.isArray(ancestor) && 'kind' in ancestor && 'name' in ancestor,
      );
      if (owner === undefined || !('kind' in owner) || !('name' in owner) || owner.name?.kind !== Kind.NAME)
        return;
      const names = externals.get(owner.name.value) ?? new Set();
      externals.set(owner.name.value, names.add(node.name.value));
    },
  });
  return externals;
}
