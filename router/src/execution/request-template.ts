/**
 * The body of a fetch, prepared as far as it does not depend on the request: per request only variables and
 * representations are put between two pieces of text. The planner gives each fetch of a plan a name of its own, which
 * is taken off, so that equal fetches are equal in text, across the branches of a plan and across operations.
 */
import type { FetchNode } from '@apollo/query-planner';
import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  stripIgnoredCharacters,
  type DefinitionNode,
  type FieldNode,
} from 'graphql';
import { inCanonicalOrder } from './merge-siblings.js';
import type { Rewrite } from './rewrites.js';

export interface RequestTemplate {
  /** Equal where everything below is equal. */
  readonly key: string;
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
  readonly isEntityFetch: boolean;
  /** The operation's text, without a name. */
  readonly query: string;
  /** `{"query":"…","variables":{`; variables and `}}` make it a body. */
  readonly head: string;
  /** Of the client's operation; those that the client has not given are left out. */
  readonly variables: readonly string[];
  readonly outputRewrites: readonly Rewrite[];
  /** The response keys at the root of its data: where a failure leaves places empty. */
  readonly rootKeys: readonly string[];
}

export function requestTemplate(node: FetchNode, outputRewrites: readonly Rewrite[]): RequestTemplate {
  const { query, rootKeys } = withoutName(node.operation);
  const variables = [...(node.variableUsages ?? [])];
  const isEntityFetch = node.requires !== undefined;
  return {
    key: JSON.stringify([node.serviceName, query, variables, outputRewrites]),
    subgraph: node.serviceName,
    kind: kindOf(node),
    isEntityFetch,
    query,
    head: `{"query":${JSON.stringify(query)},"variables":{`,
    variables,
    outputRewrites,
    rootKeys,
  };
}

export function kindOf({ operationKind }: FetchNode): 'query' | 'mutation' {
  return operationKind === OperationTypeNode.MUTATION ? 'mutation' : 'query';
}

/** @param variables `"name":value` pairs. @param representations texts of objects; `null` where the fetch asks a root type */
export function requestBody(
  template: RequestTemplate,
  variables: string,
  representations: readonly string[] | null,
): string {
  if (representations === null) return `${template.head}${variables}}}`;
  const separator = variables === '' ? '' : ',';
  return `${template.head}${variables}${separator}"representations":[${representations.join(',')}]}}`;
}

function withoutName(operation: string): { query: string; rootKeys: string[] } {
  const document = parse(operation, { noLocation: true });
  const rootKeys: string[] = [];
  const definitions = document.definitions.map((definition): DefinitionNode => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    const { selectionSet } = definition;
    const selections = selectionSet.selections.map((selection) => {
      if (selection.kind !== Kind.FIELD) return selection;
      rootKeys.push(selection.alias?.value ?? selection.name.value);
      return selection.name.value === '_entities' ? withEntitiesInOrder(selection) : selection;
    });
    const { kind, operation: type, variableDefinitions = [], directives = [] } = definition;
    return {
      kind,
      operation: type,
      variableDefinitions,
      directives,
      selectionSet: { ...selectionSet, selections },
    };
  });
  return { query: stripIgnoredCharacters(print({ ...document, definitions })), rootKeys };
}

function withEntitiesInOrder(field: FieldNode): FieldNode {
  if (field.selectionSet === undefined) return field;
  const selections = inCanonicalOrder(field.selectionSet.selections);
  return { ...field, selectionSet: { ...field.selectionSet, selections } };
}
