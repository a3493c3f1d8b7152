/**
 * Keys that are `resolvable: false` lead out of a subgraph and never into it. Apollo's planner (2.14.4) keeps to that on its
 * way from one subgraph to another, but goes back to one for a `@requires` by the first key that it finds there.
 */
import {
  federationMetadata,
  NamedSchemaElement,
  type Schema,
  type Supergraph,
} from '@apollo/federation-internals';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { ClientError } from '@selvedge/errors';

/** The first that is found is then one by which the subgraph can be entered, if there is one. */
export function putResolvableKeysFirst(schema: Schema): void {
  const key = federationMetadata(schema)?.keyDirective();
  for (const application of [...(key?.applications() ?? [])]) {
    const given = application.arguments();
    if (key === undefined || given.resolvable !== false) continue;
    const { parent: type } = application;
    application.remove();
    type.applyDirective(key, given);
  }
}

/** By subgraph, the types of which it can be sent representations: entities, and what implements an interface with a key. */
export type EnterableTypes = ReadonlyMap<string, ReadonlySet<string>>;

export function enterableTypes(supergraph: Supergraph): EnterableTypes {
  const implementations = new Map(
    supergraph.schema
      .interfaceTypes()
      .map((type) => [type.name, type.possibleRuntimeTypes().map(({ name }) => name)]),
  );
  const bySubgraph = new Map<string, Set<string>>();
  for (const { name: subgraph, schema } of supergraph.subgraphs()) {
    const types = new Set<string>();
    for (const application of federationMetadata(schema)?.keyDirective().applications() ?? []) {
      const { parent } = application;
      if (application.arguments().resolvable === false || !(parent instanceof NamedSchemaElement)) continue;
      const { name } = parent;
      for (const type of [name, ...(implementations.get(name) ?? [])]) types.add(type);
    }
    bySubgraph.set(subgraph, types);
  }
  return bySubgraph;
}

/** @throws ClientError for a plan that enters a subgraph by a type that has no key for that there */
export function refuseUnresolvableKeys(plan: QueryPlan, enterable: EnterableTypes): void {
  for (const { serviceName, requires = [] } of fetchesOf(plan.node)) {
    for (const selection of requires) {
      const type = selection.kind === 'InlineFragment' ? selection.typeCondition : undefined;
      if (type === undefined || enterable.get(serviceName)?.has(type) === true) continue;
      throw new ClientError(
        'QUERY_PLANNING_FAILED',
        `expected a key by which ${serviceName} can be entered again for ${type} but got none that is resolvable`,
      );
    }
  }
}

function fetchesOf(node: QueryPlan['node'] | PlanNode): FetchNode[] {
  switch (node?.kind) {
    case undefined:
      return [];
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf);
    case 'Condition':
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)];
    case 'Defer':
      return [node.primary, ...node.deferred].flatMap((part) => fetchesOf(part.node));
    case 'Subscription':
      return [node.primary, ...fetchesOf(node.rest)];
  }
}
