/** Three subgraphs in memory that use what a real supergraph uses; for comparisons with a reference. */
import { compose } from './compose.js';
import { startMemorySubgraph, type MemorySubgraph, type MemorySubgraphOptions } from './memory-subgraph.js';

export interface MemoryShop {
  readonly sdl: string;
  readonly subgraphs: Readonly<Record<string, MemorySubgraph>>;
  stop(): Promise<void>;
}

export async function startMemoryShop(): Promise<MemoryShop> {
  const subgraphs: Record<string, MemorySubgraph> = {};
  for (const [name, definition] of Object.entries(shop))
    subgraphs[name] = await startMemorySubgraph(definition);
  const definitions = Object.entries(shop).map(([name, { typeDefs }]) => ({
    name,
    typeDefs,
    url: subgraphs[name]?.url ?? '',
  }));
  return {
    sdl: compose(definitions),
    subgraphs,
    async stop() {
      for (const subgraph of Object.values(subgraphs)) await subgraph.stop();
    },
  };
}

interface Product {
  readonly __typename: 'Book' | 'Chair';
  readonly id: string;
  readonly name: string | null;
  readonly weight: number;
}

const products: readonly Product[] = [1, 2, 3, 4, 5].map((n) => ({
  __typename: n % 2 === 0 ? 'Book' : 'Chair',
  id: String(n),
  name: n === 3 ? null : `product ${n}`,
  weight: n * 100,
}));

const byId = ({ id }: { id: string }) => products.find((product) => product.id === id) ?? null;
const catalog: MemorySubgraphOptions = {
  typeDefs: `
    type Query {
      products(first: Int = 3): [Product!]!
      product(id: ID!): Product
      node(id: ID!): Node
      search(text: String!): [Hit!]!
      echo(input: Echo!): String
    }
    input Echo { text: String! times: Int = 2 kind: Kind = LOUD }
    enum Kind { LOUD QUIET HIDDEN @inaccessible }
    interface Node { id: ID! }
    interface Product implements Node { id: ID! name: String weight: Int! }
    type Book implements Product & Node @key(fields: "id") { id: ID! name: String weight: Int! pages: Int kind: Kind }
    type Chair implements Product & Node @key(fields: "id") { id: ID! name: String weight: Int! legs: Int! }
    union Hit = Book | Chair | Category
    type Category { title: String! secret: String @inaccessible products: [Product] }
    type Mutation { rename(id: ID!, name: String!): Product fail: Int }
  `,
  resolvers: {
    Query: {
      products: (_: unknown, { first }: { first: number }) => products.slice(0, first),
      product: (_: unknown, args: { id: string }) => byId(args),
      node: (_: unknown, args: { id: string }) => byId(args),
      search: () => [
        products[0],
        { __typename: 'Category', title: 'chairs', products: [products[0], null] },
        products[1],
      ],
      echo: (_: unknown, { input }: { input: { text: string; times: number; kind: string } }) =>
        `${input.kind} ${input.text.repeat(input.times)}`,
    },
    Product: { __resolveType: (product: Product) => product.__typename },
    Node: { __resolveType: (product: Product) => product.__typename },
    Hit: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Book: {
      __resolveReference: byId,
      pages: ({ weight }: Product) => weight,
      kind: ({ id }: Product) => (id === '2' ? 'HIDDEN' : 'QUIET'),
    },
    Chair: { __resolveReference: byId, legs: () => 4 },
    Mutation: {
      rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ ...byId({ id }), name }),
      fail: () => {
        throw new Error('the change failed');
      },
    },
  },
};

interface Reference {
  readonly id: string;
  readonly weight?: number;
}

const product = {
  __resolveReference: (reference: Reference) => (reference.id === '5' ? null : reference),
  reviews: ({ id }: Reference, { first }: { first: number }) =>
    Array.from({ length: Number(id) % 4 }, (_, index) => ({ id: `${id}-${index}` })).slice(0, first),
  rating: ({ id }: Reference) => {
    if (id === '4') throw new Error('no rating for 4');
    return Number(id) / 2;
  },
  shipping: ({ weight }: Reference) => (weight === undefined ? null : weight / 10),
};

const reviews: MemorySubgraphOptions = {
  typeDefs: `
    type Query { latest: [Review!]! }
    type Mutation { review(product: ID!): Review }
    type Review @key(fields: "id") { id: ID! text: String! author: User @provides(fields: "name") product: Reviewed }
    union Reviewed = Book | Chair
    type User @key(fields: "id") { id: ID! name: String! @external reviewed: Int! }
    type Book @key(fields: "id") {
      id: ID! weight: Int! @external
      reviews(first: Int = 2): [Review!]! rating: Float shipping: Float @requires(fields: "weight")
    }
    type Chair @key(fields: "id") {
      id: ID! weight: Int! @external
      reviews(first: Int = 2): [Review!]! rating: Float! shipping: Float @requires(fields: "weight")
    }
  `,
  resolvers: {
    Query: { latest: () => [{ id: '1-0' }, { id: '2-1' }, { id: '4-0' }] },
    Mutation: { review: (_: unknown, args: { product: string }) => ({ id: `${args.product}-9` }) },
    Review: {
      text: ({ id }: Reference) => `review ${id}`,
      author: ({ id }: Reference) =>
        id.endsWith('1') ? null : { id: id.slice(0, 1), name: `user ${id.slice(0, 1)}` },
      product: ({ id }: Reference) => byId({ id: id.slice(0, 1) }),
    },
    Reviewed: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    User: { reviewed: ({ id }: Reference) => Number(id) },
    Book: product,
    Chair: product,
  },
};

const accounts: MemorySubgraphOptions = {
  typeDefs: `
    type Query { me: User users: [User!]! }
    type User @key(fields: "id") { id: ID! name: String! @shareable friends(first: Int = 1): [User!]! email: String! }
  `,
  resolvers: {
    Query: { me: () => ({ id: '1' }), users: () => [{ id: '1' }, { id: '2' }] },
    User: {
      __resolveReference: (reference: Reference) => reference,
      name: ({ id }: Reference) => `user ${id}`,
      friends: ({ id }: Reference) => [{ id: String(Number(id) + 1) }],
      email: ({ id }: Reference) => (id === '2' ? null : `${id}@example.com`),
    },
  },
};

const shop = { catalog, reviews, accounts };
