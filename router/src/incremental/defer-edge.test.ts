/** Answers in parts at the router's edge: who gets them, what bounds them, and how they end. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { payloadsOf, startDeferredShop, type DeferredShop, type Payload } from '../testing/deferred-shop.js';
import { Cleanup } from '../testing/test-router.js';

const old = 'multipart/mixed;deferSpec=20220824,application/json';
const query = '{ product(id: "1") { id ... @defer(label: "late") { rating } } }';
const whole = { data: { product: { id: '1', rating: 0.5 } } };

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

function ask(accept: string, text = query, init: RequestInit = {}): Promise<Response> {
  return shop.router.post({ query: text }, { ...init, headers: { accept } });
}

async function all(response: Response): Promise<Payload[]> {
  const payloads: Payload[] = [];
  for await (const payload of payloadsOf(response)) payloads.push(payload);
  return payloads;
}

async function withRouter(yaml: string, use: (own: DeferredShop) => Promise<void>): Promise<void> {
  const own = new Cleanup();
  try {
    await use(await startDeferredShop(own, yaml));
  } finally {
    await own.run();
  }
}

describe('who gets parts', () => {
  test.each([
    ['application/json'],
    ['application/graphql-response+json'],
    ['*/*'],
    // As GraphiQL asks: no format is named.
    ['application/json, multipart/mixed'],
    ['multipart/mixed;deferSpec=20220824;q=0, application/json'],
    ['multipart/mixed;deferSpec=20300101, application/json'],
  ])('not a client that accepts %s: it gets all at once, each time', async (accept) => {
    // The second time it is known, and goes the short way.
    for (const response of [await ask(accept), await ask(accept)]) {
      expect(response.headers.get('content-type')).toMatch(/json/);
      expect(await response.json()).toEqual(whole);
    }
  });

  test.each([
    ['multipart/mixed; deferSpec="20220824"', 'deferSpec=20220824'],
    ['application/json, multipart/mixed;boundary="-";incrementalSpec=v0.2;q=0.5', 'incrementalSpec=v0.2'],
    ['multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824', 'incrementalSpec=v0.2'],
    [
      'multipart/mixed;incrementalSpec=v0.2;q=0.4, multipart/mixed;deferSpec=20220824;q=0.5',
      'deferSpec=20220824',
    ],
    ['multipart/mixed, multipart/mixed;deferSpec=20220824', 'deferSpec=20220824'],
  ])('a client that accepts %s', async (accept, format) => {
    const response = await ask(accept);
    expect(response.headers.get('content-type')).toBe(`multipart/mixed; boundary="-"; ${format}`);
    expect(response.headers.get('vary')).toContain('accept');
    expect(await all(response)).toHaveLength(2);
  });

  test('a client that takes nothing else gets a single result as the only part', async () => {
    const response = await ask('multipart/mixed;deferSpec=20220824', '{ hello }');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    expect(await all(response)).toEqual([{ data: { hello: 'world' }, hasNext: false }]);
    const wrong = await ask('multipart/mixed;incrementalSpec=v0.2', '{ nothing }');
    expect(await all(wrong)).toMatchObject([
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }], hasNext: false },
    ]);
    expect((await ask('multipart/mixed')).status).toBe(406);
  });

  test('not the operations of an array', async () => {
    await withRouter('batching: { enabled: true, mode: batch_http_link }', async ({ router }) => {
      const response = await router.post([{ query }, { query }], { headers: { accept: old } });
      expect(await response.json()).toEqual([whole, whole]);
      const headers = { accept: 'multipart/mixed;deferSpec=20220824' };
      expect((await router.post([{ query }], { headers })).status).toBe(406);
    });
  });

  test('nobody where `supergraph.defer_support` is off, and then there is no such directive', async () => {
    await withRouter('supergraph: { defer_support: false, introspection: true }', async ({ router }) => {
      expect(
        (
          await router.post(
            { query: '{ hello }' },
            { headers: { accept: 'multipart/mixed;deferSpec=20220824' } },
          )
        ).status,
      ).toBe(406);
      const response = await router.post({ query }, { headers: { accept: old } });
      expect(await response.json()).toMatchObject({ errors: [{ message: 'Unknown directive "@defer".' }] });
      const { data } = await router.query('{ __schema { directives { name } } }');
      expect(JSON.stringify(data)).not.toContain('defer');
    });
  });

  test('introspection shows the directive', async () => {
    await withRouter('supergraph: { introspection: true }', async ({ router }) => {
      const { data } = await router.query('{ __schema { directives { name locations } } }');
      expect(data).toMatchObject({
        __schema: {
          directives: expect.arrayContaining([
            { name: 'defer', locations: ['FRAGMENT_SPREAD', 'INLINE_FRAGMENT'] },
          ]) as unknown,
        },
      });
    });
  });
});

describe('rules of labels and places', () => {
  test.each([
    ['{ ... @defer(label: "a") { hello } ... @defer(label: "a") { topReview { text } } }', /must be unique/],
    ['query ($l: String) { ... @defer(label: $l) { hello } }', /must be a static string/],
    ['mutation { ... @defer { rename(id: "1", name: "x") { id } } }', /root mutation type/],
    ['{ hello @defer }', /may not be used on FIELD/],
  ])('refuse %s', async (text, message) => {
    for (const accept of [old, 'application/json']) {
      const { errors } = (await (await ask(accept, text)).json()) as { errors: { message: string }[] };
      expect(errors[0]?.message).toMatch(message);
    }
  });
});

describe('what bounds an answer in parts', () => {
  test('limits count what is deferred', async () => {
    await withRouter('limits: { max_depth: 2 }', async ({ router }) => {
      const text = '{ product(id: "1") { id ... @defer { reviews { text } } } }';
      const response = await router.post({ query: text }, { headers: { accept: old } });
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'MAX_DEPTH_LIMIT' } }] });
    });
  });

  test('cost counts what is deferred', async () => {
    await withRouter(
      'demand_control: { enabled: true, mode: enforce, strategy: { static_estimated: { list_size: 10, max: 5 } } }',
      async ({ router }) => {
        const text = '{ product(id: "1") { id ... @defer { reviews { text } } } }';
        const response = await router.post({ query: text }, { headers: { accept: old } });
        expect(await response.json()).toMatchObject({
          errors: [{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE' } }],
        });
      },
    );
  });

  test('variables are checked', async () => {
    const text = 'query ($id: ID!) { product(id: $id) { id ... @defer { rating } } }';
    expect(await (await ask(old, text)).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('the time of a request is that of its last part: what is late then is an error', async () => {
    await withRouter('traffic_shaping: { router: { timeout: 1s } }', async ({ router, stockGate }) => {
      stockGate.close();
      const text = '{ product(id: "1") { id ... @defer { rating } ... @defer { stock } } }';
      const payloads = await all(await router.post({ query: text }, { headers: { accept: old } }));
      stockGate.open();
      expect(payloads).toEqual([
        { data: { product: { id: '1' } }, hasNext: true },
        { incremental: [{ path: ['product'], data: { rating: 0.5 } }], hasNext: true },
        {
          incremental: [
            {
              path: ['product'],
              data: { stock: null },
              errors: [
                expect.objectContaining({
                  path: ['product'],
                  extensions: expect.objectContaining({ code: 'SUBREQUEST_TIMEOUT' }) as unknown,
                }),
              ],
            },
          ],
          hasNext: false,
        },
      ]);
    });
  });

  test('clients keep none of it, whatever its subgraphs allow', async () => {
    await withRouter('client_cache: { max_age: 1h }', async ({ router }) => {
      const response = await router.post({ query }, { headers: { accept: old } });
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await all(response)).toHaveLength(2);
    });
  });

  test('a client that leaves ends the fetches of the parts', async () => {
    shop.stockGate.close();
    const before = shop.stock.abandoned();
    const asked = shop.stock.bodies.length;
    const leaving = new AbortController();
    const response = await ask(old, '{ product(id: "1") { id ... @defer { stock } } }', {
      signal: leaving.signal,
    });
    const payloads = payloadsOf(response);
    expect((await payloads.next()).value).toMatchObject({ hasNext: true });
    await vi.waitFor(() => {
      expect(shop.stock.bodies.length).toBeGreaterThan(asked);
    });
    expect(shop.stock.abandoned()).toBe(before);
    leaving.abort();
    await vi.waitFor(() => {
      expect(shop.stock.abandoned()).toBe(before + 1);
    });
  });

  test('a supergraph stays until the last part of the answers that began on it', async () => {
    shop.reviewsGate.close();
    const text = '{ product(id: "1") { id ... @defer { reviews { votes } } } }';
    const payloads = payloadsOf(await ask(old, text));
    await payloads.next();
    await shop.router.replaceSupergraph(`${shop.sdl}\n`);
    shop.reviewsGate.open();
    // Its second fetch is sent only now.
    expect((await payloads.next()).value).toEqual({
      incremental: [{ path: ['product'], data: { reviews: [{ votes: 7 }] } }],
      hasNext: false,
    });
  });
});
