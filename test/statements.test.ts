// However many items an answer has, the stores see one statement for each fetch of the query plan.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner, type PlanNode, type SubscriptionNode } from '@apollo/query-planner';
import { parse } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { root, startSystem, subgraphNames, type System } from './system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({
    logLevel: 'debug',
    // What was kept of one answer would spare the next its statements.
    routerConfig: { demand_control: { enabled: false }, response_cache: { enabled: false } },
  });
  return () => system.stop();
});

const query = (first: number): string => `{
  products(first: ${first}, orderBy: NAME) { nodes { name inStock totalAvailable averageRating reviewCount unitsOrdered } }
  recentReviews(first: ${first}) { nodes { title author { name loyaltyTier } } }
  acceptedPayments { kind payments }
}`;

it.each([1, 20, 100])(
  'a query over all six services for lists of %i takes as many statements as its plan has fetches',
  async (first) => {
    const before = statements();
    const { data, errors } = await system.ask(query(first));
    expect(errors).toEqual([]);
    const { nodes } = data?.['products'] as { nodes: unknown[] };
    expect(nodes).toHaveLength(first);
    const after = statements();
    const sent = subgraphNames.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]);
    expect(Object.fromEntries(sent)).toEqual(plannedFetches(query(first)));
  },
);

/** How many statements each service has logged so far. */
function statements(): Record<string, number> {
  return Object.fromEntries(
    subgraphNames.map((name) => [name, system.log(name).split('"msg":"statement"').length - 1]),
  );
}

/** How many fetches the stock planner plans to each service. */
function plannedFetches(text: string): Record<string, number> {
  const supergraph = Supergraph.build(readFileSync(join(root, 'supergraph.graphql'), 'utf8'));
  const plan = new QueryPlanner(supergraph).buildQueryPlan(
    operationFromDocument(supergraph.apiSchema(), parse(text)),
  );
  const counts: Record<string, number> = {};
  const visit = (node: PlanNode | SubscriptionNode | undefined): void => {
    if (node?.kind === 'Fetch') counts[node.serviceName] = (counts[node.serviceName] ?? 0) + 1;
    else if (node?.kind === 'Flatten') visit(node.node);
    else if (node?.kind === 'Parallel' || node?.kind === 'Sequence') node.nodes.forEach(visit);
  };
  visit(plan.node);
  return counts;
}
