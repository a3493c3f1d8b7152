// What clients ask of the router. Each of the 50 clients asks the same again and again; in four of the workloads no two clients ask
// the same, so that at no time two requests in flight are equal.

export const clientCount = 50;

export const workloadNames = [
  'deep',
  'list',
  'variables',
  'selections',
  'headers-forwarded',
  'headers-ignored',
] as const;

export type WorkloadName = (typeof workloadNames)[number];

export interface ClientRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly authorization?: string;
}

export interface Workload {
  readonly name: WorkloadName;
  readonly title: string;
  /** One for each client, or one for all. */
  readonly requests: readonly ClientRequest[];
  /** Whether the router is configured to pass `authorization` on. */
  readonly forwardsHeaders: boolean;
  /** Whether the two contestants with a constant answer take part. */
  readonly hasConstants: boolean;
}

/** The query of the public benchmark. */
export const deepQuery = `
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query Deep {
  users {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author { ...User reviews { ...Review product { ...Product } } }
        }
      }
    }
  }
  topProducts {
    ...Product
    reviews {
      ...Review
      author { ...User reviews { ...Review product { ...Product } } }
    }
  }
}`;

/** Which fields a list of products is asked for; `upc`, `id` of the author and `reviews` are always among them. */
export interface ListSelection {
  readonly product: readonly ('name' | 'price' | 'weight' | 'brand' | 'colour' | 'category')[];
  readonly inventory: readonly ('inStock' | 'shippingEstimate')[];
  readonly review: readonly ('id' | 'body')[];
  readonly author: readonly ('name' | 'birthday')[];
}

export const listSelection: ListSelection = {
  product: ['name', 'price'],
  inventory: ['inStock', 'shippingEstimate'],
  review: ['id', 'body'],
  author: ['name'],
};

export function listQuery({ product, inventory, review, author }: ListSelection): string {
  return `query List($offset: Int!) {
  catalogue(offset: $offset) {
    upc ${product.join(' ')} ${inventory.join(' ')}
    reviews { ${review.join(' ')} author { id ${author.join(' ')} } }
  }
}`;
}

/** 50 of the 93 that there are, no two the same. */
export const listSelections: readonly ListSelection[] = Array.from({ length: clientCount }, (_, index) => ({
  product: subset(['name', 'price', 'weight', 'brand', 'colour'], (index % 31) + 1),
  inventory: subset(['inStock', 'shippingEstimate'], (Math.floor(index / 31) % 3) + 1),
  review: subset(['id', 'body'], (index % 3) + 1),
  author: subset(['name', 'birthday'], ((index + 1) % 3) + 1),
}));

const identicalList: ClientRequest = { query: listQuery(listSelection), variables: { offset: 0 } };
const withAuthorization = Array.from({ length: clientCount }, (_, client) => ({
  ...identicalList,
  authorization: `Bearer client-${client}`,
}));

export const workloads: readonly Workload[] = [
  {
    name: 'deep',
    title: 'seven fetches over four subgraphs, identical requests',
    requests: [{ query: deepQuery, variables: {} }],
    forwardsHeaders: false,
    hasConstants: true,
  },
  {
    name: 'list',
    title: 'a list of 100 with two entity hops, identical requests',
    requests: [identicalList],
    forwardsHeaders: false,
    hasConstants: true,
  },
  {
    name: 'variables',
    title: 'the list, every client with variables of its own (and products of its own)',
    requests: Array.from({ length: clientCount }, (_, client) => ({
      query: listQuery(listSelection),
      variables: { offset: client * 100 },
    })),
    forwardsHeaders: false,
    hasConstants: false,
  },
  {
    name: 'selections',
    title: 'the list, every client with a selection of its own',
    requests: listSelections.map((selection) => ({ query: listQuery(selection), variables: { offset: 0 } })),
    forwardsHeaders: false,
    hasConstants: false,
  },
  {
    name: 'headers-forwarded',
    title: 'the list, every client with an authorization of its own, which subgraphs get',
    requests: withAuthorization,
    forwardsHeaders: true,
    hasConstants: false,
  },
  {
    name: 'headers-ignored',
    title: 'the same, but subgraphs do not get it',
    requests: withAuthorization,
    forwardsHeaders: false,
    hasConstants: false,
  },
];

export function bodyOf({ query, variables }: ClientRequest): string {
  return JSON.stringify({ query, variables });
}

function subset<Item>(items: readonly Item[], bits: number): Item[] {
  return items.filter((_, index) => (bits & (1 << index)) !== 0);
}
