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

describe('what is deferred', () => {
  test('is decided by `if`', async () => {
    const query = 'query ($on: Boolean!) { product(id: "1") { id ... @defer(if: $on) { rating } } }';
    const whole = await ask(old, query, { on: false });
    expect(whole.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await whole.json()).toEqual({ data: { product: { id: '1', rating: 0.5 } } });
    expect(await all(old, query, { on: true })).toHaveLength(2);
    const byDefault =
      'query ($on: Boolean! = false) { product(id: "1") { id ... @defer(if: $on) { rating } } }';
    expect(await (await ask(old, byDefault)).json()).toEqual({ data: { product: { id: '1', rating: 0.5 } } });
    const literal =
      '{ product(id: "1") { id ... @defer(if: false) { rating } ... @defer(if: true) { stock } } }';
    expect(await all(old, literal)).toEqual([
      { data: { product: { id: '1', rating: 0.5 } }, hasNext: true },
      { incremental: [{ path: ['product'], data: { stock: 10 } }], hasNext: false },
    ]);
  });

  test('may be deferred again within, and comes after what it is in', async () => {
    shop.reviewsGate.close();
    shop.stockGate.close();
    const query = `{
      product(id: "1") {
        ...Name
        ... @defer(label: "outer") {
          rating
          reviews { text ... @defer(label: "inner") { votes } }
          ... @defer(label: "stock") { stock }
        }
      }
    }
    fragment Name on Product { name }`;
    const payloads = payloadsOf(await ask(current, query));
    expect((await payloads.next()).value).toEqual({
      data: { product: { name: 'product 1' } },
      pending: [{ id: '0', path: ['product'], label: 'outer' }],
      hasNext: true,
    });
    // Its own fetch is done, but not yet the one of the part around it.
    shop.stockGate.open();
    shop.reviewsGate.open();
    const rest: Payload[] = [];
    for await (const payload of payloads) rest.push(payload);
    expect(rest[0]).toMatchObject({
      pending: [
        { id: '1', path: ['product'], label: 'stock' },
        { id: '2', path: ['product', 'reviews', 0], label: 'inner' },
      ],
      incremental: [{ id: '0', data: { rating: 0.5, reviews: [{ text: 'review of 1' }] } }],
      completed: [{ id: '0' }],
      hasNext: true,
    });
    expect(rest.slice(1).flatMap(({ incremental }) => incremental)).toEqual(
      expect.arrayContaining([
        { id: '1', data: { stock: 10 } },
        { id: '2', data: { votes: 7 } },
      ]),
    );
    expect(rest.at(-1)).toMatchObject({ hasNext: false });
  });

  test('is each use of a fragment, with the same label', async () => {
    const query = `{
      product(id: "1") { id ...Late }
      other { id ...Late }
      products { ...Late @defer(label: "spread") }
    }
    fragment Late on Product { ... @defer(label: "late") { stock } name }`;
    const payloads = await all(old, query);
    expect(payloads[0]).toEqual({
      data: {
        product: { id: '1', name: 'product 1' },
        other: { id: '2', name: 'product 2' },
        products: [{}, {}, {}],
      },
      hasNext: true,
    });
    const parts = payloads.slice(1).flatMap(({ incremental }) => incremental as Payload[]);
    const at = (path: (string | number)[], label: string) =>
      parts.filter((part) => JSON.stringify([part['path'], part['label']]) === JSON.stringify([path, label]));
    expect(at(['product'], 'late')).toEqual([{ label: 'late', path: ['product'], data: { stock: 10 } }]);
    expect(at(['other'], 'late')).toEqual([{ label: 'late', path: ['other'], data: { stock: 20 } }]);
    expect(at(['products', 1], 'spread')).toEqual([
      { label: 'spread', path: ['products', 1], data: { name: 'product 2' } },
    ]);
    expect(at(['products', 2], 'late')).toEqual([
      { label: 'late', path: ['products', 2], data: { stock: 30 } },
    ]);
    expect(parts).toHaveLength(8);
    expect(payloads.at(-1)?.['hasNext']).toBe(false);
  });

  test('may be at the root, and then does not wait for what is not deferred', async () => {
    expect(await all(old, '{ hello ... @defer { topReview { text votes } } }')).toEqual([
      { data: { hello: 'world' }, hasNext: true },
      { incremental: [{ path: [], data: { topReview: { text: 'the best', votes: 7 } } }], hasNext: false },
    ]);
    expect(await all(old, '{ ... @defer { hello } }')).toEqual([
      { data: {}, hasNext: true },
      { incremental: [{ path: [], data: { hello: 'world' } }], hasNext: false },
    ]);
  });

  test('is left out where its type condition, `@skip` or `@include` says so', async () => {
    const query = `query ($no: Boolean!) {
      things {
        __typename
        ... on Product @defer(label: "product") { stock }
        ... on Note @defer(label: "note") { text }
        ... on Note @include(if: $no) @defer(label: "never") { text }
        ... on Note @defer(label: "neither") @skip(if: true) { text }
      }
    }`;
    const payloads = await all(old, query, { no: false });
    expect(payloads[0]).toEqual({
      data: { things: [{ __typename: 'Product' }, { __typename: 'Note' }] },
      hasNext: true,
    });
    const parts = payloads.slice(1).flatMap(({ incremental }) => incremental);
    expect(parts).toHaveLength(2);
    expect(parts).toEqual(
      expect.arrayContaining([
        { label: 'product', path: ['things', 0], data: { stock: 10 } },
        { label: 'note', path: ['things', 1], data: { text: 'a note' } },
      ]),
    );
    const included = await all(old, query, { no: true });
    expect(included.slice(1).flatMap(({ incremental }) => incremental)).toContainEqual({
      label: 'never',
      path: ['things', 1],
      data: { text: 'a note' },
    });
  });

  test('may lie below fields that are there already, under aliases and with names of the client', async () => {
    const query = `{
      it: product(id: "1") { id: name maker { id } ... @defer { maker { home: city slogan } kind: __typename } }
    }`;
    expect(await all(old, query)).toEqual([
      { data: { it: { id: 'product 1', maker: { id: 'm1' } } }, hasNext: true },
      {
        incremental: [
          { path: ['it'], data: { maker: { home: 'city m1', slogan: 'slogan m1' }, kind: 'Product' } },
        ],
        hasNext: false,
      },
    ]);
  });

  test('comes after a mutation that it is of', async () => {
    const query = 'mutation { rename(id: "1", name: "new") { name ... @defer { rating } } }';
    expect(await all(old, query)).toEqual([
      { data: { rename: { name: 'new' } }, hasNext: true },
      { incremental: [{ path: ['rename'], data: { rating: 0.5 } }], hasNext: false },
    ]);
  });

  test('and has no place, is no reason for parts', async () => {
    const response = await ask(old, '{ product(id: "9") { id ... @defer { rating } } }');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ data: { product: null } });
  });
});

describe('errors', () => {
  const failing = '{ products { id ... @defer { maybe } } }';

  test('that leave a null come with their part, in both formats', async () => {
    const error = { message: 'no maybe for 3', path: ['products', 2, 'maybe'] };
    const [, oldPart] = await all(old, failing);
    expect(oldPart?.['incremental']).toEqual([
      { path: ['products', 0], data: { maybe: 1 } },
      { path: ['products', 1], data: { maybe: 2 } },
      { path: ['products', 2], data: { maybe: null }, errors: [expect.objectContaining(error)] },
    ]);
    const [, part] = await all(current, failing);
    expect(part).toMatchObject({
      incremental: [
        { id: '0', data: { maybe: 1 } },
        { id: '1', data: { maybe: 2 } },
        { id: '2', data: { maybe: null }, errors: [error] },
      ],
      completed: [{ id: '0' }, { id: '1' }, { id: '2' }],
    });
  });

  test('that take out the part are said as it is completed', async () => {
    const [, part] = await all(current, '{ products { id ... @defer { rating } } }');
    expect(part).toEqual({
      incremental: [
        { id: '0', data: { rating: 0.5 } },
        { id: '1', data: { rating: 1 } },
      ],
      completed: [
        { id: '0' },
        { id: '1' },
        {
          id: '2',
          errors: [expect.objectContaining({ message: 'no rating for 3', path: ['products', 2, 'rating'] })],
        },
      ],
      hasNext: false,
    });
  });

  test('of a fetch of the answer itself come with the part that has the field', async () => {
    // A value without a key: one fetch brings all of it.
    const query = '{ things { ... on Note { text ... @defer(label: "late") { broken } } } }';
    expect(await all(old, query)).toEqual([
      { data: { things: [{}, { text: 'a note' }] }, hasNext: true },
      {
        incremental: [
          {
            label: 'late',
            path: ['things', 1],
            data: { broken: null },
            errors: [expect.objectContaining({ message: 'it is broken', path: ['things', 1, 'broken'] })],
          },
        ],
        hasNext: false,
      },
    ]);
  });

  test('of parts are redacted and logged like all others', async () => {
    const own = new Cleanup();
    try {
      const { router } = await startDeferredShop(own, 'include_subgraph_errors: { all: false }');
      const response = await router.post({ query: failing }, { headers: { accept: old } });
      const payloads: Payload[] = [];
      for await (const payload of payloadsOf(response)) payloads.push(payload);
      expect(JSON.stringify(payloads)).not.toContain('no maybe');
      expect(payloads[1]?.['incremental']).toContainEqual({
        path: ['products', 2],
        data: { maybe: null },
        errors: [
          {
            message: 'Subgraph errors redacted',
            path: ['products', 2, 'maybe'],
            extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' },
          },
        ],
      });
      expect(router.log).toContainEqual(
        expect.objectContaining({ msg: 'request failed', subgraphs: ['reviews'] }),
      );
    } finally {
      await own.run();
    }
  });

  test('that leave a null where there must be none take out what was to come of it', async () => {
    shop.stockGate.close();
    const response = await ask(old, '{ hello products { id rating ... @defer { stock } } }');
    expect(await response.json()).toMatchObject({ data: null, errors: [{ message: 'no rating for 3' }] });
    shop.stockGate.open();
    const query = '{ product(id: "3") { id rating ... @defer { stock } } ... @defer { hello } }';
    expect(await all(old, query)).toMatchObject([
      { data: { product: null }, errors: [{ message: 'no rating for 3' }], hasNext: true },
      { incremental: [{ path: [], data: { hello: 'world' } }], hasNext: false },
    ]);
  });

  test('before execution are a single result', async () => {
    const response = await ask(old, '{ product(id: "1") { id ... @defer { nothing } } }');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });
});
