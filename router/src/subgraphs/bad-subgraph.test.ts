/** What becomes of a client's answer when a subgraph is down, slow, or answers with what is not GraphQL. */
import {
  closeSocket,
  delayed,
  halfJson,
  html,
  json,
  neverAnswer,
  startStubSubgraph,
  status,
  type StubAnswer,
  type StubSubgraph,
} from '@selvedge/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const catalog = `
  type Query { products: [Product!] product: Product }
  type Product @key(fields: "id") { id: ID! name: String }
`;
const reviews = `
  type Query { topRating: Int }
  type Product @key(fields: "id") { id: ID! reviews: [Review] rating: Rating }
  type Review { text: String }
  type Rating { average: Float! }
`;

const cleanup = new Cleanup();
let products: StubSubgraph;
let ratings: StubSubgraph;
let router: TestRouter;

async function start(yaml = ''): Promise<void> {
  products = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  ratings = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const sdl = compose([
    { name: 'catalog', url: products.url, typeDefs: catalog },
    { name: 'reviews', url: ratings.url, typeDefs: reviews },
  ]);
  router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close());
  products.behave(
    json({
      data: { products: [1, 2].map((id) => ({ __typename: 'Product', id: String(id), name: `p${id}` })) },
    }),
  );
}

afterEach(() => cleanup.run());

const query = '{ products { name reviews { text } } topRating }';
const partial = {
  products: [
    { name: 'p1', reviews: null },
    { name: 'p2', reviews: null },
  ],
  topRating: null,
};
const everyPlace = [['topRating'], ['products', 0], ['products', 1]];

describe('a subgraph that fails as a whole leaves partial data, with an error at each empty place', () => {
  beforeEach(() => start('traffic_shaping: { subgraphs: { reviews: { timeout: 100ms } } }'));

  const cases: [title: string, answer: StubAnswer, code: string, message: RegExp][] = [
    ['never answers', neverAnswer, 'SUBREQUEST_TIMEOUT', /did not answer within 100 ms/],
    [
      'answers too late',
      delayed(400, json({ data: {} })),
      'SUBREQUEST_TIMEOUT',
      /did not answer within 100 ms/,
    ],
    ['hangs up', closeSocket(), 'SUBREQUEST_HTTP_ERROR', /could not be reached/],
    ['breaks off', closeSocket('{"data":'), 'SUBREQUEST_MALFORMED_RESPONSE', /in the middle of its answer/],
    [
      'answers HTML',
      html(),
      'SUBREQUEST_MALFORMED_RESPONSE',
      /answered with text\/html where JSON was expected/,
    ],
    ['answers half a JSON', halfJson(), 'SUBREQUEST_MALFORMED_RESPONSE', /something that is not JSON/],
    ['answers 500', status(500, 'secret stack trace'), 'SUBREQUEST_HTTP_ERROR', /HTTP status 500/],
    ['answers 502 with HTML', html('secret', 502), 'SUBREQUEST_HTTP_ERROR', /HTTP status 502/],
    [
      'answers 500 with half a JSON',
      (response) => void response.writeHead(500, { 'content-type': 'application/json' }).end('{'),
      'SUBREQUEST_HTTP_ERROR',
      /HTTP status 500/,
    ],
    [
      'answers 503 with JSON',
      json({ secret: true }, { status: 503 }),
      'SUBREQUEST_HTTP_ERROR',
      /HTTP status 503/,
    ],
    [
      'redirects',
      (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
      'SUBREQUEST_HTTP_ERROR',
      /HTTP status 302/,
    ],
    ['answers an array', json([]), 'SUBREQUEST_MALFORMED_RESPONSE', /an array where a GraphQL response/],
    ['answers null', json(null), 'SUBREQUEST_MALFORMED_RESPONSE', /null where a GraphQL response/],
    ['answers a number', json(5), 'SUBREQUEST_MALFORMED_RESPONSE', /a number where a GraphQL response/],
    ['answers {}', json({}), 'SUBREQUEST_MALFORMED_RESPONSE', /neither `data` nor `errors`/],
    ['answers text as data', json({ data: 'hello' }), 'SUBREQUEST_MALFORMED_RESPONSE', /a string as `data`/],
    ['answers a list as data', json({ data: [] }), 'SUBREQUEST_MALFORMED_RESPONSE', /an array as `data`/],
    [
      'answers text as errors',
      json({ data: {}, errors: 'no' }),
      'SUBREQUEST_MALFORMED_RESPONSE',
      /a string as `errors`/,
    ],
    [
      'answers text in errors',
      json({ data: {}, errors: ['no'] }),
      'SUBREQUEST_MALFORMED_RESPONSE',
      /a string as one of/,
    ],
    [
      'answers no data and no error',
      json({ data: null }),
      'SUBREQUEST_MALFORMED_RESPONSE',
      /neither data nor an error/,
    ],
  ];
  test.each(cases)('%s', async (_, answer, code, message) => {
    ratings.behave(answer);
    const result = await router.query(query);
    expect(result.status).toBe(200);
    expect(result.data).toEqual(partial);
    expect(result.errors?.map((error) => error.path)).toEqual(expect.arrayContaining(everyPlace));
    expect(result.errors).toHaveLength(everyPlace.length);
    for (const error of result.errors ?? []) {
      expect(error.message).toMatch(message);
      expect(error.message).toContain('subgraph `reviews`');
      expect(error.extensions).toMatchObject({ code, service: 'reviews' });
    }
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  test('is down, then recovers by itself', async () => {
    const { port } = ratings;
    await ratings.stop();
    const down = await router.query(query);
    expect(down.data).toEqual(partial);
    expect(new Set(down.errors?.map((error) => error.extensions['code']))).toEqual(
      new Set(['SUBREQUEST_HTTP_ERROR']),
    );
    expect(router.log.find((line) => line['msg'] === 'request failed')).toMatchObject({
      subgraphs: ['reviews'],
      causes: ['ECONNREFUSED'],
    });
    const behaviour = {
      from: ({ text }: { text: string }) =>
        json(text.includes('_entities') ? entities() : { data: { topRating: 5 } }),
    };
    await cleanup.add(startStubSubgraph({ port, behaviour }), (stub) => stub.stop());
    const up = await router.query(query);
    expect(up.errors).toBeUndefined();
    expect(up.data?.['topRating']).toBe(5);
  });

  test('an HTTP error carries its status, and cannot set the status of our answer', async () => {
    ratings.behave(status(503));
    const { status: ours, errors } = await router.query('{ topRating }');
    expect(ours).toBe(200);
    expect(errors?.[0]?.extensions['http']).toEqual({ status: 503 });
  });
});

function entities(): unknown {
  return { data: { _entities: [1, 2].map((id) => ({ reviews: [{ text: `r${id}` }] })) } };
}

describe('wrong shapes inside of data cost their own place only', () => {
  beforeEach(() => start());
  const ask = '{ products { name reviews { text } rating { average } } }';
  const good = { reviews: [{ text: 'r' }], rating: { average: 4 } };

  test.each<[string, unknown, unknown, (string | number)[]]>([
    ['text where a list is', { ...good, reviews: 'no' }, { ...good, reviews: null }, ['reviews']],
    ['an object where a list is', { ...good, reviews: {} }, { ...good, reviews: null }, ['reviews']],
    ['a number where an object is', { ...good, rating: 4 }, { ...good, rating: null }, ['rating']],
    ['a list where an object is', { ...good, rating: [] }, { ...good, rating: null }, ['rating']],
    [
      'text among objects',
      { ...good, reviews: [{ text: 'r' }, 'x'] },
      { ...good, reviews: [{ text: 'r' }, null] },
      ['reviews', 1],
    ],
  ])('%s', async (_, second, expected, path) => {
    ratings.behave(json({ data: { _entities: [good, second] } }));
    const result = await router.query(ask);
    expect(result.data).toEqual({
      products: [
        { name: 'p1', ...good },
        { name: 'p2', ...(expected as object) },
      ],
    });
    expect(result.errors).toHaveLength(1);
    expect(result.errors?.[0]).toMatchObject({
      path: ['products', 1, ...path],
      extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE', service: 'reviews' },
    });
  });

  test.each([
    ['no entities', { data: {} }],
    ['too few entities', { data: { _entities: [good] } }],
    ['entities that are no list', { data: { _entities: {} } }],
  ])('%s', async (_, answer) => {
    ratings.behave(json(answer));
    const result = await router.query(ask);
    const empty = { reviews: null, rating: null };
    expect(result.data).toEqual({
      products: [
        { name: 'p1', ...empty },
        { name: 'p2', ...empty },
      ],
    });
    expect(result.errors?.map((error) => error.path)).toEqual([
      ['products', 0],
      ['products', 1],
    ]);
    expect(result.errors?.[0]?.message).toMatch(/where 2 entities were expected/);
  });

  test('a missing value where the schema has none is an error, not a silent null', async () => {
    ratings.behave(json({ data: { _entities: [good, { ...good, rating: { average: null } }] } }));
    const result = await router.query(ask);
    expect(result.data).toEqual({
      products: [
        { name: 'p1', ...good },
        { name: 'p2', ...good, rating: null },
      ],
    });
    expect(result.errors).toMatchObject([
      { path: ['products', 1, 'rating', 'average'], extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE' } },
    ]);
  });

  test('a list where the whole plan hangs on it', async () => {
    products.behave(json({ data: { products: { __typename: 'Product', id: '1' } } }));
    const result = await router.query(ask);
    expect(result.data).toEqual({ products: null });
    // And what was asked for its sake, of one product where the stub answers for two.
    expect(result.errors).toContainEqual(
      expect.objectContaining({
        path: ['products'],
        extensions: expect.objectContaining({ service: 'catalog' }) as unknown,
      }),
    );
  });
});

describe('errors that a subgraph sends', () => {
  beforeEach(() => start());

  test('pass with their message, code and path, and the data beside them', async () => {
    ratings.behave(
      json({
        data: { _entities: [{ reviews: null }, { reviews: [] }] },
        errors: [
          {
            message: 'sold out',
            path: ['_entities', 0, 'reviews'],
            extensions: { code: 'SOLD_OUT', left: 0 },
          },
        ],
      }),
    );
    const result = await router.query('{ products { reviews { text } } }');
    expect(result.data).toEqual({ products: [{ reviews: null }, { reviews: [] }] });
    expect(result.errors).toEqual([
      {
        message: 'sold out',
        path: ['products', 0, 'reviews'],
        extensions: { code: 'SOLD_OUT', left: 0, service: 'reviews', serviceName: 'reviews' },
      },
    ]);
  });

  test('pass from an answer that is not 2xx but a GraphQL response', async () => {
    ratings.behave(
      json(
        { errors: [{ message: 'who are you', extensions: { code: 'UNAUTHENTICATED' } }] },
        { status: 401, headers: { 'content-type': 'application/graphql-response+json' } },
      ),
    );
    const result = await router.query('{ topRating }');
    expect(result.status).toBe(200);
    expect(result.errors).toMatchObject([
      { message: 'who are you', path: ['topRating'], extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  test('without a code get one', async () => {
    ratings.behave(json({ data: null, errors: [{ message: 'oops' }] }));
    const { errors } = await router.query('{ topRating }');
    expect(errors).toMatchObject([{ message: 'oops', extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } }]);
  });

  test('cannot set the status of our answer', async () => {
    const extensions = { code: 'X', http: { status: 599 } };
    ratings.behave(json({ data: null, errors: [{ message: 'oops', extensions }] }));
    expect((await router.query('{ topRating }')).status).toBe(200);
  });
});

describe('include_subgraph_errors', () => {
  test('hides them where it says so', async () => {
    await start('include_subgraph_errors: { subgraphs: { reviews: false } }');
    ratings.behave(json({ data: null, errors: [{ message: 'secret', extensions: { code: 'SECRET' } }] }));
    products.behave(json({ data: null, errors: [{ message: 'public', extensions: { code: 'PUBLIC' } }] }));
    const { errors } = await router.query('{ topRating product { id } }');
    expect(errors).toHaveLength(2);
    expect(errors).toContainEqual({
      message: 'Subgraph errors redacted',
      path: ['topRating'],
      extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' },
    });
    expect(errors).toContainEqual(expect.objectContaining({ message: 'public' }));
  });
});

test('an answer beyond the bound is not taken', async () => {
  await start('limits: { subgraph_max_response_bytes: 1000 }');
  ratings.behave(json({ data: { topRating: 1 }, extensions: { padding: 'x'.repeat(1000) } }));
  const { errors } = await router.query('{ topRating }');
  expect(errors?.[0]?.message).toMatch(/more than 1000 bytes/);
});
