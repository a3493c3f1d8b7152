import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { payloadsOf, startDeferredShop, type DeferredShop, type Payload } from '../testing/deferred-shop.js';
import { Cleanup } from '../testing/test-router.js';

const old = 'multipart/mixed;deferSpec=20220824,application/json';
const current = 'multipart/mixed;incrementalSpec=v0.2,application/json';

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

function ask(accept: string, query: string, variables: Record<string, unknown> = {}): Promise<Response> {
  return shop.router.post({ query, variables }, { headers: { accept } });
}

async function all(accept: string, query: string, variables?: Record<string, unknown>): Promise<Payload[]> {
  const response = await ask(accept, query, variables);
  const payloads: Payload[] = [];
  for await (const payload of payloadsOf(response)) payloads.push(payload);
  return payloads;
}

describe('an answer in parts', () => {
  const query = '{ product(id: "1") { id ... @defer(label: "late") { rating } } }';

  test('has what is not deferred first, and a part as soon as it is there (deferSpec=20220824)', async () => {
    shop.reviewsGate.close();
    const response = await ask(old, query);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const payloads = payloadsOf(response);
    // The fetch of the part is held back: this is there before it.
    expect((await payloads.next()).value).toEqual({ data: { product: { id: '1' } }, hasNext: true });
    shop.reviewsGate.open();
    expect((await payloads.next()).value).toEqual({
      incremental: [{ label: 'late', path: ['product'], data: { rating: 0.5 } }],
      hasNext: false,
    });
    expect((await payloads.next()).done).toBe(true);
  });

  test('says what is pending and what is completed (incrementalSpec=v0.2)', async () => {
    shop.reviewsGate.close();
    const response = await ask(current, query);
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; incrementalSpec=v0.2');
    const payloads = payloadsOf(response);
    expect((await payloads.next()).value).toEqual({
      data: { product: { id: '1' } },
      pending: [{ id: '0', path: ['product'], label: 'late' }],
      hasNext: true,
    });
    shop.reviewsGate.open();
    expect((await payloads.next()).value).toEqual({
      incremental: [{ id: '0', data: { rating: 0.5 } }],
      completed: [{ id: '0' }],
      hasNext: false,
    });
    expect((await payloads.next()).done).toBe(true);
  });

  test('has a part for each place of a list, and its errors with it, null up to the part', async () => {
    const payloads = await all(old, '{ products { id ... @defer { rating } } }');
    expect(payloads).toEqual([
      { data: { products: [{ id: '1' }, { id: '2' }, { id: '3' }] }, hasNext: true },
      {
        incremental: [
          { path: ['products', 0], data: { rating: 0.5 } },
          { path: ['products', 1], data: { rating: 1 } },
          {
            path: ['products', 2],
            data: null,
            errors: [
              expect.objectContaining({ message: 'no rating for 3', path: ['products', 2, 'rating'] }),
            ],
          },
        ],
        hasNext: false,
      },
    ]);
  });
});
