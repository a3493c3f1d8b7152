// The shop through the router: every operation in examples/, what belongs to whom, what changes, and lists walked to the end.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { order, product, seedSize, user } from '@selvedge/shop-seed';
import { spawnNode } from '@selvedge/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { recordingProxy } from './recording-proxy.js';
import { ask as sendTo, root, startSystem, token, type Answer, type Ask, type System } from './system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  return () => system.stop();
});

const ask = (query: string, options?: Ask): Promise<Answer> => system.ask(query, options);

/** The data of an answer without errors. */
async function dataOf(query: string, options?: Ask): Promise<Record<string, unknown>> {
  const { data, errors } = await ask(query, options);
  expect(errors).toEqual([]);
  return data ?? {};
}

/** The code and path of each error, for answers that have some. */
async function errorsOf(query: string, options?: Ask): Promise<unknown[]> {
  const { errors } = await ask(query, options);
  return errors.map(({ path, extensions }) => ({
    code: extensions?.['code'],
    ...(path !== undefined && { path }),
  }));
}

const folder = join(root, 'examples/operations');
const operations = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

describe('examples/operations', () => {
  it.each(operations)('%s runs without variables, with and without a user', async (file) => {
    const query = readFileSync(join(folder, file), 'utf8');
    for (const bearer of [undefined, system.tokens.customer, system.tokens.staff]) {
      const data = await dataOf(query, bearer === undefined ? {} : { token: bearer });
      expect(Object.values(data).some((value) => value !== null)).toBe(
        bearer !== undefined || !/^\s*me\b/m.test(query) || Object.keys(data).length > 1,
      );
    }
  });

  it('has one that all six services answer, for anybody', async () => {
    const query = readFileSync(join(folder, 'all-six-services.graphql'), 'utf8');
    expect(await dataOf(query)).toEqual({
      products: {
        nodes: Array.from({ length: 3 }, () => ({
          name: expect.any(String) as string,
          price: { amount: expect.stringMatching(/^\d+\.\d\d$/) as string, currency: 'EUR' },
          inStock: expect.any(Boolean) as boolean,
          averageRating: expect.any(Number) as number,
          unitsOrdered: expect.any(Number) as number,
          reviews: {
            nodes: expect.arrayContaining([
              expect.objectContaining({
                author: { name: expect.any(String) as string, loyaltyTier: expect.any(String) as string },
              }),
            ]) as unknown[],
          },
        })),
      },
      acceptedPayments: expect.arrayContaining([
        { kind: 'CARD', payments: expect.any(Number) as number },
      ]) as unknown[],
      me: null,
    });
  });
});

describe('what the seeds agree on', () => {
  it('a price in the catalogue is the price in the orders service', async () => {
    const { sku, priceCents } = product(3);
    const data = await dataOf(
      `mutation { placeOrder(input: { lines: [{ sku: "${sku}", quantity: 2 }] }) { order { total { amount } lines { unitPrice { amount } product { sku price { amount } } } } } }`,
      { token: system.tokens.customer },
    );
    const price = (priceCents / 100).toFixed(2);
    expect(data).toEqual({
      placeOrder: {
        order: {
          total: { amount: ((2 * priceCents) / 100).toFixed(2) },
          lines: [{ unitPrice: { amount: price }, product: { sku, price: { amount: price } } }],
        },
      },
    });
  });

  it('has as much as the scale says', async () => {
    const { users, products, reviews } = seedSize(1);
    const data = await dataOf(
      '{ users(first: 1) { totalCount } products(first: 1) { totalCount } recentReviews(first: 1) { totalCount } }',
    );
    expect(data).toEqual({
      users: { totalCount: users },
      products: { totalCount: products },
      recentReviews: { totalCount: reviews },
    });
  });
});

describe('what belongs to whom', () => {
  // The seed's first order that neither of the two users placed.
  const foreign = Array.from({ length: 50 }, (_, index) => order(index, 1)).find(
    ({ userIndex }) => userIndex > 1,
  );
  const foreignOrder = `{ order(id: "${foreign?.id ?? ''}") { id payments { id } balanceDue { amount } } }`;

  it('me is who the token names', async () => {
    const mine = '{ me { id username email } }';
    expect(await dataOf(mine)).toEqual({ me: null });
    expect(await dataOf(mine, { token: system.tokens.customer })).toEqual({
      me: { id: user(1).id, username: user(1).username, email: expect.stringContaining('@') as string },
    });
  });

  it('a user sees neither orders, payments, addresses nor ways to pay of another', async () => {
    expect(await dataOf(foreignOrder)).toEqual({ order: null });
    expect(await dataOf(foreignOrder, { token: system.tokens.customer })).toEqual({ order: null });
    const other = `{ user(username: "${user(2).username}") { name email addresses { city } paymentMethods { label } orders(first: 1) { nodes { id } } } }`;
    expect(await dataOf(other, { token: system.tokens.customer })).toEqual({
      user: { name: user(2).name, email: null, addresses: null, paymentMethods: null, orders: null },
    });
  });

  it('its owner does see it', async () => {
    const owner = await token(foreign?.userIndex ?? -1, ['customer']);
    expect(await dataOf(foreignOrder, { token: owner })).toMatchObject({ order: { id: foreign?.id } });
  });

  it('a token of another key is nobody, and says so', async () => {
    const forged = `${system.tokens.customer.slice(0, -4)}AAAA`;
    expect(await errorsOf('{ me { id } }', { token: forged })).toEqual([
      { code: 'UNAUTHENTICATED', path: ['me'] },
    ]);
  });

  it('what is for staff is refused to customers', async () => {
    const change = `mutation { changePrice(input: { sku: "${product(7).sku}", amount: "1.00" }) { product { sku } } }`;
    expect(await errorsOf(change)).toEqual([{ code: 'UNAUTHENTICATED', path: ['changePrice'] }]);
    expect(await errorsOf(change, { token: system.tokens.customer })).toEqual([
      { code: 'FORBIDDEN', path: ['changePrice'] },
    ]);
  });
});

describe('mutations', () => {
  it('an order is placed, paid and cancelled, each step seen by the other services', async () => {
    const { sku } = product(11);
    const mine = { token: system.tokens.customer };
    const placed = await dataOf(
      `mutation { placeOrder(input: { lines: [{ sku: "${sku}", quantity: 1 }] }) { order { id status total { amount } balanceDue { amount } isPaid customer { username } } } }`,
      mine,
    );
    const { order: made } = placed['placeOrder'] as { order: { id: string; total: { amount: string } } };
    expect(made).toMatchObject({
      status: 'PENDING',
      isPaid: false,
      balanceDue: made.total,
      customer: { username: user(1).username },
    });
    const methods = await dataOf('{ me { paymentMethods { id isDefault } } }', mine);
    const { paymentMethods } = methods['me'] as { paymentMethods: { id: string; isDefault: boolean }[] };
    const method = paymentMethods.find(({ isDefault }) => isDefault)?.id ?? '';
    const paid = await dataOf(
      `mutation { payOrder(input: { orderId: "${made.id}", paymentMethodId: "${method}", amount: "${made.total.amount}" }) { payment { status order { isPaid balanceDue { amount } } } } }`,
      mine,
    );
    expect(paid).toEqual({
      payOrder: { payment: { status: 'CAPTURED', order: { isPaid: true, balanceDue: { amount: '0.00' } } } },
    });
    const cancelled = await dataOf(`mutation { cancelOrder(id: "${made.id}") { order { status } } }`, mine);
    expect(cancelled).toEqual({ cancelOrder: { order: { status: 'CANCELLED' } } });
    expect(await errorsOf(`mutation { cancelOrder(id: "${made.id}") { order { status } } }`, mine)).toEqual([
      { code: 'CONFLICT', path: ['cancelOrder'] },
    ]);
  });

  it('a review changes the rating, once a user and product', async () => {
    const { id } = product(900);
    const mine = { token: system.tokens.staff };
    const add = `mutation { addReview(input: { productId: "${id}", rating: 1, title: "No", body: "It broke." }) { review { id author { username } product { reviewCount } } } }`;
    const before = (await dataOf(`{ product(id: "${id}") { reviewCount } }`))['product'] as {
      reviewCount: number;
    };
    const added = (await dataOf(add, mine))['addReview'] as { review: { id: string } };
    expect(added).toMatchObject({
      review: { author: { username: user(0).username }, product: { reviewCount: before.reviewCount + 1 } },
    });
    expect(await errorsOf(add, mine)).toEqual([{ code: 'CONFLICT', path: ['addReview'] }]);
    const remove = `mutation { deleteReview(id: "${added.review.id}") { product { reviewCount } } }`;
    expect(await errorsOf(remove, { token: system.tokens.customer })).toEqual([
      { code: 'FORBIDDEN', path: ['deleteReview'] },
    ]);
    expect(await dataOf(remove, mine)).toEqual({ deleteReview: { product: before } });
  });

  it('staff change a price and restock; a profile is its owner’s to change', async () => {
    const { sku } = product(12);
    const staff = { token: system.tokens.staff };
    expect(
      await dataOf(
        `mutation { changePrice(input: { sku: "${sku}", amount: "12.34" }) { product { price { amount } } } }`,
        staff,
      ),
    ).toEqual({ changePrice: { product: { price: { amount: '12.34' } } } });
    const available = async (): Promise<number> =>
      (
        (await dataOf(`{ product(sku: "${sku}") { totalAvailable } }`))['product'] as {
          totalAvailable: number;
        }
      ).totalAvailable;
    const before = await available();
    const { warehouses } = (await dataOf('{ warehouses { code } }')) as { warehouses: { code: string }[] };
    await dataOf(
      `mutation { restock(input: { warehouseCode: "${warehouses[0]?.code ?? ''}", sku: "${sku}", quantity: 5 }) { stockLevel { available } } }`,
      staff,
    );
    expect(await available()).toBe(before + 5);
    expect(
      await dataOf('mutation { updateProfile(input: { bio: "Hello" }) { user { username bio } } }', staff),
    ).toEqual({ updateProfile: { user: { username: user(0).username, bio: 'Hello' } } });
  });

  it('lists come from the cache, and are those after a mutation as soon as it is answered', async () => {
    const staff = { token: system.tokens.staff };
    const { id, sku } = product(901);
    /** Once all of it comes from the cache. */
    const kept = async (query: string) => {
      await expect
        .poll(async () => (await ask(query)).headers.get('x-selvedge-cache'))
        .toMatch(/^whole answer: 1 hit$/);
      return dataOf(query);
    };
    const cheapest =
      '{ products(first: 1, orderBy: PRICE_LOW_TO_HIGH) { nodes { sku price { amount } } totalCount } }';
    const before = await kept(cheapest);
    expect(before).not.toMatchObject({ products: { nodes: [{ sku }] } });
    const reprice = (amount: string) =>
      `mutation { changePrice(input: { sku: "${sku}", amount: "${amount}" }) { product { sku } } }`;
    const { price } = (await dataOf(`{ product(id: "${id}") { price { amount } } }`))['product'] as {
      price: { amount: string };
    };
    await dataOf(reprice('0.01'), staff);
    expect(await dataOf(cheapest)).toMatchObject({
      products: { nodes: [{ sku, price: { amount: '0.01' } }] },
    });
    await kept(cheapest);
    await dataOf(reprice(price.amount), staff);
    expect(await dataOf(cheapest)).toEqual(before);

    const reviews = `{ product(id: "${id}") { reviews(first: 2) { nodes { title } totalCount } } }`;
    const reviewed = await kept(reviews);
    const { addReview } = (await dataOf(
      `mutation { addReview(input: { productId: "${id}", rating: 2, title: "Newest", body: "Not bad." }) { review { id } } }`,
      staff,
    )) as { addReview: { review: { id: string } } };
    expect(await dataOf(reviews)).toHaveProperty('product.reviews.nodes.0.title', 'Newest');
    await kept(reviews);
    await dataOf(`mutation { deleteReview(id: "${addReview.review.id}") { product { id } } }`, staff);
    expect(await dataOf(reviews)).toEqual(reviewed);
  });

  it.each([
    ['placeOrder(input: { lines: [] }) { order { id } }', 'BAD_USER_INPUT'],
    ['placeOrder(input: { lines: [{ sku: "no-such", quantity: 1 }] }) { order { id } }', 'NOT_FOUND'],
    [
      'addReview(input: { productId: "x", rating: 9, title: "", body: "" }) { review { id } }',
      'BAD_USER_INPUT',
    ],
    ['changePrice(input: { sku: "x", amount: "cheap" }) { product { sku } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['updateProfile(input: { name: "" }) { user { id } }', 'BAD_USER_INPUT'],
  ])('%s is %s', async (mutation, code) => {
    const errors = await errorsOf(`mutation { ${mutation} }`, { token: system.tokens.staff });
    expect(errors).toEqual([expect.objectContaining({ code })]);
  });
});

describe('connections', () => {
  it('walk through all categories and their products without a gap or a double', async () => {
    const seen = new Set<string>();
    let rows = 0;
    const { categories } = (await dataOf('{ categories { slug products(first: 1) { totalCount } } }')) as {
      categories: { slug: string; products: { totalCount: number } }[];
    };
    for (const { slug, products } of categories) {
      let after: string | null = null;
      let inCategory = 0;
      do {
        const data: Record<string, unknown> = await dataOf(
          'query($slug: String!, $after: String) { category(slug: $slug) { products(first: 40, after: $after) { nodes { sku } pageInfo { hasNextPage endCursor } } } }',
          { variables: { slug, after } },
        );
        const page = (
          data['category'] as {
            products: { nodes: { sku: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
          }
        ).products;
        for (const { sku } of page.nodes) seen.add(sku);
        inCategory += page.nodes.length;
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null && inCategory < 2_000);
      expect(inCategory).toBe(products.totalCount);
      rows += inCategory;
    }
    expect(rows).toBe(seedSize(1).products);
    expect(seen.size).toBe(rows);
  });

  it.each(['NEWEST', 'NAME', 'PRICE_LOW_TO_HIGH', 'PRICE_HIGH_TO_LOW'])(
    'are in the order %s',
    async (orderBy) => {
      const { products } = (await dataOf(
        `{ products(first: 100, orderBy: ${orderBy}) { nodes { name createdAt price { amount } } } }`,
      )) as {
        products: { nodes: { name: string; createdAt: string; price: { amount: string } }[] };
      };
      const values = products.nodes.map(({ name, createdAt, price }) =>
        orderBy === 'NAME' ? name : orderBy === 'NEWEST' ? createdAt : Number(price.amount),
      );
      const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(values).toEqual(
        orderBy === 'NEWEST' || orderBy === 'PRICE_HIGH_TO_LOW' ? sorted.reverse() : sorted,
      );
    },
  );
});

describe('a router that compresses what it sends', () => {
  const coded = { inventory: 'gzip', orders: 'br', reviews: 'deflate' } as const;
  const decoders = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync };
  const names = ['inventory', 'orders', 'reviews'] as const;

  it('is understood by subgraphs of the kit', async () => {
    const stop: (() => Promise<unknown>)[] = [];
    try {
      const proxies = await Promise.all(
        names.map(async (name) => {
          const { url } = await system.subgraph(name).waitFor('listening');
          return recordingProxy(`${url}/graphql`);
        }),
      );
      stop.push(...proxies.map((proxy) => () => proxy.close()));
      const url = Object.fromEntries(names.map((name, index) => [name, proxies[index]?.url ?? '']));
      const router = await startSecondRouter(url, coded);
      stop.push(() => router.stop());
      const query =
        '{ products(first: 100) { nodes { id inStock totalAvailable unitsOrdered averageRating } } }';
      const answer = await sendTo(`${router.url}/graphql`, query);
      expect(answer.errors).toEqual([]);
      expect(answer.data).toEqual(await dataOf(query));
      names.forEach((name, index) => {
        const coding = coded[name];
        const sent = proxies[index]?.requests ?? [];
        expect(sent.map(({ headers }) => headers['content-encoding'])).toEqual([coding]);
        const body = decoders[coding](sent[0]?.body ?? Buffer.alloc(0)).toString();
        expect(JSON.parse(body)).toMatchObject({
          variables: { representations: expect.any(Array) as unknown },
        });
        expect(sent[0]?.body.length).toBeLessThan(body.length / 2);
      });
    } finally {
      await Promise.all(stop.map((end) => end()));
    }
  });

  async function startSecondRouter(urls: Record<string, string>, codings: Record<string, string>) {
    const catalog = (await system.subgraph('catalog').waitFor('listening')).url;
    const subgraphs = Object.entries(codings).map(([name, compression]) => [name, { compression }]);
    const folder = await mkdtemp(join(tmpdir(), 'selvedge-compressing-'));
    const config = {
      override_subgraph_url: { catalog: `${catalog}/graphql`, ...urls },
      traffic_shaping: { subgraphs: Object.fromEntries(subgraphs) as object },
    };
    await writeFile(join(folder, 'router.yaml'), stringify(config));
    const args = [
      '--supergraph',
      system.supergraphFile,
      '--config',
      join(folder, 'router.yaml'),
      '--port',
      '0',
    ];
    const router = spawnNode(join(root, 'router/dist/main.js'), { args });
    const { url } = await router.waitFor('listening');
    return { url, stop: () => router.stop().finally(() => rm(folder, { recursive: true })) };
  }
});
