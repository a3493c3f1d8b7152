// The API schema: what of a supergraph a client sees.
import { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, printSchema } from 'graphql';

/** The API schema of a supergraph: no `@inaccessible` element, no machinery of federation. */
export function apiSchema(supergraphSdl: string): GraphQLSchema {
  return Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
}

/** The same as text. */
export function apiSchemaSdl(supergraphSdl: string): string {
  return printSchema(apiSchema(supergraphSdl));
}
