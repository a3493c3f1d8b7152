// What clients ask, again and again, so that a cache has it.
import type { Sent } from '../measuring/clients.js';
import { bodyOf, workloads as ofRouter, type ClientRequest } from '../router/workloads.js';
import type { OriginName } from './origins/origin.js';

export const workloadNames = ['deep', 'list', 'small', 'shop'] as const;

export type WorkloadName = (typeof workloadNames)[number];

export interface CacheWorkload {
  readonly name: WorkloadName;
  readonly title: string;
  readonly origin: OriginName;
  /** All that clients ask, in turn. */
  readonly sent: readonly Sent[];
}

const smallRequest: ClientRequest = {
  query: 'query Small($first: Int!) { topProducts(first: $first) { upc price inStock } }',
  variables: { first: 1 },
};

/** A page of a shop's list, put together by five subgraphs. */
const shopQuery = `query Shop($category: String!, $orderBy: ProductOrder!) {
  products(first: 20, category: $category, orderBy: $orderBy) {
    nodes {
      id sku name price { amount currency }
      inStock totalAvailable shippingEstimate { amount currency }
      averageRating reviewCount unitsOrdered
      reviews(first: 3) { nodes { id rating title author { id username name loyaltyTier } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const categories = [
  'kitchen', 'tableware', 'bedding', 'bath', 'lighting', 'furniture', 'garden', 'stationery', 'outdoor', 'toys', 'tools', 'bags',
]; // prettier-ignore
const orders = ['NEWEST', 'NAME', 'PRICE_LOW_TO_HIGH', 'PRICE_HIGH_TO_LOW'];

export const workloads: readonly CacheWorkload[] = [
  ofBenchRouter('deep'),
  ofBenchRouter('list'),
  {
    name: 'small',
    title: 'one product with a field of another subgraph',
    origin: 'memory',
    sent: [{ body: bodyOf(smallRequest) }],
  },
  {
    name: 'shop',
    title: '48 pages of 20 products, from five subgraphs on TypeORM and PostgreSQL',
    origin: 'shop',
    sent: categories.flatMap((category) =>
      orders.map((orderBy) => ({ body: bodyOf({ query: shopQuery, variables: { category, orderBy } }) })),
    ),
  },
];

function ofBenchRouter(name: 'deep' | 'list'): CacheWorkload {
  const workload = ofRouter.find((each) => each.name === name);
  const [request] = workload?.requests ?? [];
  if (workload === undefined || request === undefined) throw new Error(`expected a workload ${name}`);
  return { name, title: workload.title, origin: 'memory', sent: [{ body: bodyOf(request) }] };
}
