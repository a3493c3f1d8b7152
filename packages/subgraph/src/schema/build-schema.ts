// From the schema file and the resolver map to an executable subgraph schema, with the mistakes that would only show in
// some later query found at start.
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  isObjectType,
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

/** What a schema is built of. */
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
  // Codegen has typed every resolver for its field; @apollo/subgraph wants them all of one type. It passes over those of
  // fields that the schema lacks, as a schema does that was replaced by one with less in it (`SUBGRAPH_SCHEMA`).
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as ApolloResolvers }]);
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
