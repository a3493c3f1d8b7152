/** The answers in parts as Apollo Client puts them together, in each of the formats that it can ask for. */
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDeferredShop, type DeferredShop } from '../testing/deferred-shop.js';
import { Cleanup } from '../testing/test-router.js';

const cleanup = new Cleanup();
let shop: DeferredShop;

beforeAll(async () => {
  shop = await startDeferredShop(cleanup);
});
afterAll(() => cleanup.run());
afterEach(() => {
  shop.reviewsGate.open();
  shop.stockGate.open();
});

type Handler = NonNullable<ApolloClient.Options['incrementalHandler']>;

const formats: [string, () => Handler][] = [
  ['deferSpec=20220824', () => new Defer20220824Handler()],
  // Its types are not made for `exactOptionalPropertyTypes`.
  ['incrementalSpec=v0.2', () => new GraphQL17Alpha9Handler() as Handler],
];

describe.each(formats)('Apollo Client with %s', (format, incrementalHandler) => {
  const types: (string | null)[] = [];

  function client() {
    const link = new HttpLink({
      uri: shop.router.endpoint,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        types.push(response.headers.get('content-type'));
        return response;
      },
    });
    return new ApolloClient({
      link: ApolloLink.from([link]),
      cache: new InMemoryCache(),
      incrementalHandler: incrementalHandler(),
    });
  }

  /** What somebody who watches the query sees, once for each change. */
  async function watch(
    text: string,
    onNext: (seen: unknown[]) => void = () => undefined,
  ): Promise<unknown[]> {
    const seen: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      client()
        .watchQuery({ query: gql(text), errorPolicy: 'all', notifyOnNetworkStatusChange: true })
        .subscribe({
          next: ({ data, dataState, error }) => {
            if (dataState === 'empty') return;
            seen.push({ data, dataState, ...(error && { error: error.message }) });
            onNext(seen);
            if (dataState === 'complete' || error !== undefined) resolve();
          },
          error: reject,
        });
    });
    return seen;
  }

  test('shows what is there, and then the rest', async () => {
    shop.reviewsGate.close();
    const seen = await watch(
      `query Defer {
        product(id: "1") {
          id
          name
          ... @defer(label: "late") { rating reviews { id text ... @defer(label: "votes") { votes } } }
        }
      }`,
      () => {
        shop.reviewsGate.open();
      },
    );
    expect(types.at(-1)).toBe(`multipart/mixed; boundary="-"; ${format}`);
    const product = { __typename: 'Product', id: '1', name: 'product 1' };
    const review = { __typename: 'Review', id: '1-0', text: 'review of 1' };
    expect(seen[0]).toEqual({ data: { product }, dataState: 'streaming' });
    expect(seen.at(-1)).toEqual({
      data: { product: { ...product, rating: 0.5, reviews: [{ ...review, votes: 7 }] } },
      dataState: 'complete',
    });
    expect(seen.length).toBeGreaterThanOrEqual(2);
  });

  test('puts parts into lists', async () => {
    const seen = await watch(
      'query List { products { id ... @defer { stock maker { id slogan } } maker { city } } }',
    );
    expect(seen.at(-1)).toMatchObject({
      data: {
        products: ['1', '2', '3'].map((id) => ({
          id,
          stock: Number(id) * 10,
          maker: { id: `m${id}`, slogan: `slogan m${id}`, city: `city m${id}` },
        })),
      },
    });
  });

  test('hears of the errors of a part', async () => {
    const seen = await watch('query Failing { products { id ... @defer { maybe } } }');
    expect(seen.at(-1)).toMatchObject({
      error: 'no maybe for 3',
      data: { products: [{ maybe: 1 }, { maybe: 2 }, { maybe: null }] },
    });
  });

  test('keeps what is there where an error takes out a part', async () => {
    const seen = await watch('query Missing { products { id ... @defer { rating } } }');
    expect(seen.at(-1)).toMatchObject({
      error: 'no rating for 3',
      data: { products: [{ id: '1', rating: 0.5 }, { id: '2', rating: 1 }, { id: '3' }] },
    });
  });
});
