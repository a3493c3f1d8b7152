/** A supergraph with parts worth deferring, whose subgraphs answer when a test lets them; and multipart read to its parts. */
import { compose } from './compose.js';
import { startMemorySubgraph, type MemorySubgraph, type MemorySubgraphOptions } from './memory-subgraph.js';
import { startTestRouter, type Cleanup, type TestRouter } from './test-router.js';

/** Resolvers wait here where a test has closed it. */
export class Gate {
  private opened = Promise.resolve();
  private open_: () => void = () => undefined;

  close(): void {
    this.opened = new Promise((resolve) => {
      this.open_ = resolve;
    });
  }

  open(): void {
    this.open_();
  }

  passed(): Promise<void> {
    return this.opened;
  }
}

export interface DeferredShop {
  readonly sdl: string;
  readonly router: TestRouter;
  /** What of products is slow. */
  readonly reviews: MemorySubgraph;
  readonly stock: MemorySubgraph;
  readonly reviewsGate: Gate;
  readonly stockGate: Gate;
}

const ids = ['1', '2', '3'];

export async function startDeferredShop(cleanup: Cleanup, yaml = ''): Promise<DeferredShop> {
  const reviewsGate = new Gate();
  const stockGate = new Gate();
  const products = productsSubgraph();
  const reviews = reviewsSubgraph(reviewsGate);
  const stock = stockSubgraph(stockGate);
  const start = (options: MemorySubgraphOptions) =>
    cleanup.add(startMemorySubgraph(options), (subgraph) => subgraph.stop());
  const started = {
    products: await start(products),
    reviews: await start(reviews),
    stock: await start(stock),
  };
  const sdl = compose([
    { name: 'products', typeDefs: products.typeDefs, url: started.products.url },
    { name: 'reviews', typeDefs: reviews.typeDefs, url: started.reviews.url },
    { name: 'stock', typeDefs: stock.typeDefs, url: started.stock.url },
  ]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (one) => one.close(0));
  return { sdl, router, reviews: started.reviews, stock: started.stock, reviewsGate, stockGate };
}

export type Payload = Readonly<Record<string, unknown>>;

/** Reads a `multipart/mixed` response, part by part as they come. */
export async function* payloadsOf(response: Response): AsyncGenerator<Payload, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (;;) {
      const part = /^(?:\r\n---)?\r\ncontent-type: application\/json; charset=utf-8\r\n\r\n(.*)\r\n---/.exec(
        text,
      );
      if (part === null) break;
      text = text.slice(part[0].length);
      yield JSON.parse(part[1] ?? '') as Payload;
      if (text.startsWith('--')) return;
    }
  }
  if (text !== '') throw new Error(`expected parts but got ${JSON.stringify(text)}`);
}

function productOf(id: string) {
  return { id, name: `product ${id}`, maker: { id: `m${id}`, city: `city m${id}` } };
}

function productsSubgraph(): MemorySubgraphOptions {
  return {
    typeDefs: `
      type Query { products: [Product!]! product(id: ID!): Product things: [Thing!]! hello: String other: Product! }
      type Mutation { rename(id: ID!, name: String!): Product }
      union Thing = Product | Note
      type Note { text: String broken: String }
      type Product @key(fields: "id") { id: ID! name: String! maker: Maker! broken: String }
      type Maker @key(fields: "id") { id: ID! city: String }
    `,
    resolvers: {
      Query: {
        products: () => ids.map(productOf),
        product: (_: unknown, { id }: { id: string }) => (ids.includes(id) ? productOf(id) : null),
        things: () => [
          { __typename: 'Product', ...productOf('1') },
          { __typename: 'Note', text: 'a note' },
        ],
        hello: () => 'world',
        other: () => productOf('2'),
      },
      Mutation: {
        rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ ...productOf(id), name }),
      },
      Thing: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      Product: {
        __resolveReference: ({ id }: { id: string }) => productOf(id),
        broken: () => {
          throw new Error('it is broken');
        },
      },
      Note: {
        broken: () => {
          throw new Error('it is broken');
        },
      },
      Maker: { __resolveReference: ({ id }: { id: string }) => ({ id, city: `city ${id}` }) },
    },
  };
}

function reviewsSubgraph(reviewsGate: Gate): MemorySubgraphOptions {
  return {
    typeDefs: `
      type Query { topReview: Review }
      type Product @key(fields: "id") { id: ID! rating: Float! maybe: Float reviews: [Review!]! }
      type Review @key(fields: "id") { id: ID! text: String! }
      type Maker @key(fields: "id") { id: ID! slogan: String }
    `,
    resolvers: {
      Query: {
        topReview: async () => {
          await reviewsGate.passed();
          return { id: '1-0', text: 'the best' };
        },
      },
      Product: {
        __resolveReference: async (reference: { id: string }) => {
          await reviewsGate.passed();
          return reference;
        },
        rating: ({ id }: { id: string }) => {
          if (id === '3') throw new Error('no rating for 3');
          return Number(id) / 2;
        },
        maybe: ({ id }: { id: string }) => {
          if (id === '3') throw new Error('no maybe for 3');
          return Number(id);
        },
        reviews: ({ id }: { id: string }) => [{ id: `${id}-0`, text: `review of ${id}` }],
      },
      Maker: {
        __resolveReference: async ({ id }: { id: string }) => {
          await reviewsGate.passed();
          return { id, slogan: `slogan ${id}` };
        },
      },
      Review: { __resolveReference: (reference: { id: string }) => reference },
    },
  };
}

function stockSubgraph(stockGate: Gate): MemorySubgraphOptions {
  return {
    typeDefs: `
      type Product @key(fields: "id") { id: ID! stock: Int }
      type Review @key(fields: "id") { id: ID! votes: Int }
    `,
    resolvers: {
      Product: {
        __resolveReference: async ({ id }: { id: string }) => {
          await stockGate.passed();
          return { id, stock: Number(id) * 10 };
        },
      },
      Review: {
        __resolveReference: async ({ id }: { id: string }) => {
          await stockGate.passed();
          return { id, votes: 7 };
        },
      },
    },
  };
}
