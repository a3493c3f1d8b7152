/**
 * The body of a fetch, prepared as far as it does not depend on the request: per request only variables and
 * representations are put between two pieces of text. The planner gives each fetch of a plan a name of its own, which
 * is taken off, so that equal fetches are equal in text, across the branches of a plan and across operations.
 */
import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse, print, stripIgnoredCharacters } from 'graphql';
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
    kind: node.operationKind === 'mutation' ? 'mutation' : 'query',
    isEntityFetch,
    query,
    head: `{"query":${JSON.stringify(query)},"variables":{`,
    variables,
    outputRewrites,
    rootKeys,
  };
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
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind === Kind.FIELD) rootKeys.push(selection.alias?.value ?? selection.name.value);
    }
    const { name: _, ...anonymous } = definition;
    return anonymous;
  });
  return { query: stripIgnoredCharacters(print({ ...document, definitions })), rootKeys };
}
