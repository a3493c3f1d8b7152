// What clients ask: all the same again and again, so that a cache has it.
import type { Sent } from '../measuring/clients.js';
import { bodyOf, workloads as ofRouter, type ClientRequest } from '../router/workloads.js';

export const workloadNames = ['deep', 'list', 'small'] as const;

export type WorkloadName = (typeof workloadNames)[number];

export interface CacheWorkload {
  readonly name: WorkloadName;
  readonly title: string;
  readonly sent: Sent;
}

const smallRequest: ClientRequest = {
  query: 'query Small($first: Int!) { topProducts(first: $first) { upc price inStock } }',
  variables: { first: 1 },
};

export const workloads: readonly CacheWorkload[] = workloadNames.map((name) => {
  if (name === 'small')
    return {
      name,
      title: 'one product with a field of another subgraph',
      sent: { body: bodyOf(smallRequest) },
    };
  const workload = ofRouter.find((each) => each.name === name);
  const [request] = workload?.requests ?? [];
  if (workload === undefined || request === undefined) throw new Error(`expected a workload ${name}`);
  return { name, title: workload.title, sent: { body: bodyOf(request) } };
});
