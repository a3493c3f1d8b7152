// From the schema file and the resolver map to an executable subgraph schema, with the mistakes that would only show in
// some later query found at start.
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  isObjectType,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  parse,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  type InterfaceTypeExtensionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';
import { noteResolvers } from '../look-ahead/own-resolvers.js';
import type { EntityClass } from '../store/store.js';
import { batchEntities, type ExternalFields } from './entities.js';

/** A resolver map as codegen types it: by type, then by field; scalars as they are. */
export type ResolverMap = Readonly<
  Record<string, GraphQLScalarType | Readonly<Record<string, unknown>> | undefined>
>;

export interface SchemaDefinition {
  /** The text of the schema file. */
  readonly sdl: string;
  readonly resolvers: ResolverMap;
}

type ApolloModule = Exclude<
  Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number],
  DocumentNode
>;
type ApolloResolvers = NonNullable<ApolloModule['resolvers']>;

/** An executable schema, and what of its text graphql-js does not keep. */
export interface SubgraphSchema {
  readonly schema: GraphQLSchema;
  readonly externals: ExternalFields;
}

/** Throws what @apollo/subgraph finds wrong with the schema or with a resolver. */
export function buildSchema({ sdl, resolvers }: SchemaDefinition): SubgraphSchema {
  const typeDefs = parse(sdl);
  // Codegen has typed every resolver for its field; @apollo/subgraph wants them all of one type.
  const known = withoutUnknownFields(resolvers, typeDefs) as ApolloResolvers;
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: known }]);
  const externals = externalFields(typeDefs);
  batchEntities(schema, externals);
  noteResolvers(schema);
  return { schema, externals };
}

/**
 * Holds every field of a type that a row backs to having a resolver or an equally named column; throws a TypeError that
 * names those that have neither.
 *
 * @param propertiesOf the properties of an entity class: columns and getters
 */
export function checkFields(
  { schema, externals }: SubgraphSchema,
  propertiesOf: (entity: EntityClass) => ReadonlySet<string>,
  entities: readonly EntityClass[],
): void {
  const problems: string[] = [];
  for (const entity of entities) {
    const type = schema.getType(entity.name);
    if (!isObjectType(type)) continue;
    const properties = propertiesOf(entity);
    for (const name of unresolvedFields(type)) {
      if (properties.has(name) || externals.get(type.name)?.has(name) === true) continue;
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
  const membersOf = membersByType(typeDefs);
  const kept: [string, ResolverMap[string]][] = [];
  for (const [type, map] of Object.entries(resolvers)) {
    const members = membersOf.get(type);
    if (map === undefined || members === undefined) continue;
    const isScalar = 'serialize' in map;
    kept.push([
      type,
      isScalar ? map : Object.fromEntries(Object.entries(map).filter(([name]) => members.has(name))),
    ]);
  }
  return Object.fromEntries(kept);
}

/** Of each type, what a resolver map may say of it: its fields or its enum's values, and the resolvers of the type itself. */
function membersByType(typeDefs: DocumentNode): ReadonlyMap<string, ReadonlySet<string>> {
  const members = new Map<string, Set<string>>();
  for (const node of typeDefs.definitions) {
    if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) continue;
    const known =
      members.get(node.name.value) ?? new Set(['__resolveReference', '__resolveType', '__isTypeOf']);
    if ('fields' in node) for (const { name } of node.fields ?? []) known.add(name.value);
    if ('values' in node) for (const { name } of node.values ?? []) known.add(name.value);
    members.set(node.name.value, known);
  }
  return members;
}

function externalFields(typeDefs: DocumentNode): ExternalFields {
  const externals = new Map<string, Set<string>>();
  for (const node of typeDefs.definitions) {
    if (!isTypeWithFields(node)) continue;
    for (const field of node.fields ?? []) {
      if (field.directives?.some(({ name }) => name.value === 'external') !== true) continue;
      externals.set(node.name.value, (externals.get(node.name.value) ?? new Set()).add(field.name.value));
    }
  }
  return externals;
}

type TypeWithFields =
  | ObjectTypeDefinitionNode
  | ObjectTypeExtensionNode
  | InterfaceTypeDefinitionNode
  | InterfaceTypeExtensionNode;

function isTypeWithFields(node: DefinitionNode): node is TypeWithFields {
  return /^(Object|Interface)Type(Definition|Extension)$/.test(node.kind);
}
