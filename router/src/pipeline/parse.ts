import { getOperationAST, GraphQLError } from 'graphql';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { ApolloRequest } from './apollo-types.js';
import type { RequestContext } from './request-context.js';
import type { ParsedOperation } from './stages.js';

/**
 * @apollo/server has parsed and validated the document (and keeps it by its hash); which of its operations is meant is
 * decided here, because of several without a name @apollo/server leaves the complaint to the executor.
 *
 * @throws GraphQLError that @apollo/server sends as OPERATION_RESOLUTION_FAILURE
 */
export function parseOperation(apollo: ApolloRequest, supergraph: Supergraph): ParsedOperation {
  const operationName = apollo.request.operationName ?? undefined;
  const definition = getOperationAST(apollo.document, operationName);
  if (!definition) {
    throw new GraphQLError(
      operationName === undefined
        ? 'expected `operationName` to name one of several operations but it is missing'
        : `expected \`operationName\` to name an operation of the document but got ${JSON.stringify(operationName)}`,
    );
  }
  return {
    supergraph,
    key: `${apollo.queryHash}:${operationName ?? ''}`,
    text: apollo.source,
    document: apollo.document,
    definition,
    operationName,
    variables: apollo.request.variables ?? {},
    context: apollo.context as RequestContext,
  };
}
