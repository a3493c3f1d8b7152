/** Two operations that ask for different things below one field: each is kept, and a wider one serves a narrower. */
import { openInProcessBackend, openRedisBackend, type CacheBackend } from '@selvedge/cache';
import { redisAvailable, startRedis, type TestRedis } from '@selvedge/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cachedSubgraph } from '../testing/cached-subgraph.js';

const typeDefs = `
  type Query { top(first: Int): [Thing!]!  one: Thing }
  type Thing @key(fields: "id") { id: ID!  name: String!  reviews(first: Int = 2): [Review!]!  maker: Maker }
  type Review { id: ID!  body: String!  rating: Int!  author: Maker }
  type Maker { id: ID!  name: String!  size: Int! }
`;

/** What the resolvers see of it. */
const data = { version: 1 };

const makerOf = (id: string) => ({ id, name: `maker ${id} ${data.version}`, size: data.version });
const thingOf = (id: string) => ({
  __typename: 'Thing',
  id,
  name: `thing ${id} ${data.version}`,
  maker: data.version % 3 === 0 ? null : makerOf(id),
  reviews: ({ first }: { first: number }) =>
    Array.from({ length: data.version % 4 === 0 ? 0 : first }, (_, index) => ({
      id: `${id}${index}`,
      body: `body ${index} ${data.version}`,
      rating: data.version * 10 + index,
      author: index === 0 ? makerOf(`${id}a`) : null,
    })),
});
const resolvers = {
  Query: {
    top: (_: unknown, { first }: { first?: number }) => ['1', '2', '3'].slice(0, first ?? 3).map(thingOf),
    one: () => thingOf('1'),
  },
  Thing: { __resolveReference: ({ id }: { id: string }) => thingOf(id) },
};

const text = (fields: string) =>
  `query($representations:[_Any!]!){_entities(representations:$representations){...on Thing{${fields}}}}`;
const thing = (id = '1') => ({ __typename: 'Thing', id });

const some = (...fields: (string | fc.Arbitrary<string>)[]) =>
  fc
    .subarray(
      fields.map((field) => (typeof field === 'string' ? fc.constant(field) : field)),
      { minLength: 1 },
    )
    .chain((chosen) => fc.tuple(...chosen))
    .map((chosen) => chosen.join(' '));
const maker = some('id', 'name', 'called:name', 'size');
const review = some(
  'id',
  'body',
  'rating',
  maker.map((fields) => `author{${fields}}`),
);
const step = fc.record({
  router: fc.nat(1),
  write: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
  fields: some(
    'name',
    fc
      .tuple(fc.constantFrom('', '(first:2)', '(first:1)'), review)
      .map(([given, fields]) => `reviews${given}{${fields}}`),
    review.map((fields) => `others:reviews(first:3){${fields}}`),
    maker.map((fields) => `maker{${fields}}`),
  ),
  ids: fc.constantFrom<readonly string[]>([], ['1'], ['2', '1']),
});

function suite(backendOf: () => Promise<CacheBackend>): void {
  let backend: CacheBackend;
  beforeAll(async () => {
    backend = await backendOf();
    return () => backend.close();
  });
  const fence = (tag: string) => backend.settle('s', { cluster: null, xids: [], tags: [tag] }, null);
  /** Without memory of their own, and with nothing in the backend. */
  const routers = async () => {
    await fence('*');
    const origin = { tags: ['things:'] };
    const given = { typeDefs, resolvers, backend, maxBytes: 0, origin: () => origin, usualTime: 20_000 };
    return [cachedSubgraph(given), cachedSubgraph(given)] as const;
  };

  test('operations that take turns are hits', async () => {
    data.version = 1;
    const [first, second] = await routers();
    for (const fields of ['reviews{body}', 'reviews{rating}', 'reviews{body}', 'reviews{rating}']) {
      await first.entities(text(fields), [thing()]);
      await second.entities(text(fields), [thing()]);
      await second.fetch('{one{name} top{maker{name}}}');
      await first.fetch('{one{id} top{maker{size}}}');
    }
    expect([first, second].map(({ asked }) => asked.length)).toEqual([3, 1]);
  });

  test('what is wider serves what is narrower, and the other way round only what is lacking is asked for', async () => {
    const [first, second] = await routers();
    await first.entities(text('name reviews{id body author{id name}} maker{size}'), [thing()]);
    const { entities } = await second.entities(text('name reviews{author{name} text:body} maker{size}'), [
      thing(),
    ]);
    expect(entities).toEqual([
      {
        name: 'thing 1 1',
        reviews: [
          { author: { name: 'maker 1a 1' }, text: 'body 0 1' },
          { author: null, text: 'body 1 1' },
        ],
        maker: { size: 1 },
      },
    ]);
    expect(second.asked).toHaveLength(0);
    await second.entities(text('name reviews{rating} maker{size}'), [thing()]);
    expect(second.asked.map(({ query }) => /Thing\{.*/.exec(query)?.[0])).toEqual([
      'Thing{reviews{rating}}}}',
    ]);
  });

  test('two selections of one field in one operation', async () => {
    const [first, second] = await routers();
    const fields = '{one{reviews{body}} other:one{reviews{rating}} again:one{id}}';
    const { data: fresh } = await first.fetch(fields);
    expect((await second.fetch(fields)).data).toEqual(fresh);
    expect((await second.fetch('{x:one{reviews{rating}} one{maker{id}}}')).data).toEqual({
      x: (fresh as { other: unknown }).other,
      one: { maker: { id: '1' } },
    });
    expect((await second.fetch('{x:one{reviews{rating}} one{maker{id}}}')).data).toBeDefined();
    expect([first, second].map(({ asked }) => asked.length)).toEqual([1, 1]);
  });

  test(
    'what is served is what a fetch would bring, whatever was kept before',
    { timeout: 120_000 },
    async () => {
      let hits = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24, size: 'max' }), async (steps) => {
          const both = await routers();
          const plain = cachedSubgraph({ typeDefs, resolvers, maxBytes: 0, origin: () => ({ maxAge: 0 }) });
          for (const { router, write, fields, ids } of steps) {
            if (write) {
              data.version += 1;
              await fence('things:');
            }
            const one = both[router] ?? both[0];
            const ask = ({ entities, fetch }: typeof one) =>
              ids.length === 0
                ? fetch(`{one{${fields}} top{${fields}}}`)
                : entities(
                    text(fields),
                    ids.map((id) => thing(id)),
                  );
            const before = one.asked.length;
            const [got, expected] = [await ask(one), await ask(plain)];
            expect([got.data, got.entities]).toEqual([expected.data, expected.entities]);
            if (one.asked.length === before) hits += 1;
          }
        }),
        { numRuns: 30 },
      );
      expect(hits).toBeGreaterThan(30);
    },
  );
}

describe('in this process', () => {
  suite(() => Promise.resolve(openInProcessBackend({ maxBytes: 10_000_000 })));
});

describe.skipIf(!redisAvailable())('in Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  suite(() => openRedisBackend({ urls: [redis.url], namespace: 'selections', timeout: 5_000 }));
});
