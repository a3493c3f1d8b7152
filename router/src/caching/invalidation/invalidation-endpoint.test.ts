import { CacheUnavailable, type Write } from '@selvedge/cache';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../config/load.js';
import { compose } from '../../testing/compose.js';
import { Cleanup } from '../../testing/test-router.js';
import { followGraphNames } from './graph-names.js';
import { invalidationEndpoint } from './invalidation-endpoint.js';
import { startInvalidationServer } from './invalidation-server.js';
import { SharedKeys } from './shared-keys.js';

const sdl = compose([
  {
    name: 'catalog',
    url: 'http://127.0.0.1:1',
    typeDefs: `
      type Query { products: [Product] found: [Found] }
      interface Priced { price: Int }
      type Product implements Priced @key(fields: "id") { id: ID! price: Int }
      type Category { id: ID! }
      union Found = Product | Category
    `,
  },
  {
    name: 'reviews',
    url: 'http://127.0.0.1:1',
    typeDefs: 'type Query { reviews: [Review] } type Review { id: ID! }',
  },
]);

const cleanup = new Cleanup();
let settled: Record<string, Write>;
let noted: string[];
let isAway: boolean;

beforeEach(() => {
  settled = {};
  noted = [];
  isAway = false;
});
afterEach(() => cleanup.run());

const keyOfAll = 'subgraph: { all: { invalidation: { shared_key: secret } } }';

async function start(subgraph = keyOfAll): Promise<string> {
  const { response_cache: config } = parseConfig(`response_cache: { ${subgraph} }`, {});
  const endpoint = invalidationEndpoint({
    port: {
      invalidate(store, write) {
        if (isAway) return Promise.reject(new CacheUnavailable('it is away'));
        settled[store] = write;
        return Promise.resolve();
      },
    },
    keys: new SharedKeys(config.subgraph),
    names: followGraphNames(() => sdl),
    log: pino({ level: 'silent' }),
    observer: {
      invalidated: (outcome, fences) => void noted.push(`${outcome} ${fences}`),
    },
  });
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await cleanup.add(
    startInvalidationServer({ listen, path: '/invalidation' }, endpoint),
    (started) => started.close(),
  );
  return server.url;
}

function post(url: string, body: unknown, headers: Record<string, string> = { authorization: 'secret' }) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function messageOf(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: { message: string }[] };
  return errors[0]?.message ?? '';
}

const bySubgraph = [{ kind: 'subgraph', subgraph: 'reviews' }];
const write = (...tags: string[]): Write => ({ cluster: null, xids: [], tags });

describe('the invalidation endpoint', () => {
  test('fences all of a subgraph', async () => {
    const response = await post(await start(), bySubgraph);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ count: 1 });
    expect(settled).toEqual({ reviews: write('*') });
    expect(noted).toEqual(['done 1']);
  });

  test('fences a type, and whatever may stand where an interface or a union does', async () => {
    const url = await start();
    await post(url, [{ kind: 'type', subgraph: 'reviews', type: 'Review' }]);
    expect(settled).toEqual({ reviews: write('#Review') });
    await post(url, [
      { kind: 'type', subgraph: 'catalog', type: 'Found' },
      { kind: 'type', subgraph: 'catalog', type: 'Priced' },
    ]);
    expect(settled['catalog']?.tags).toEqual(expect.arrayContaining(['#Product', '#Category', '#Priced']));
  });

  test('fences a cache tag as schemas declare it and as the outboxes of subgraphs have it', async () => {
    const response = await post(await start(), [
      { kind: 'cache_tag', subgraphs: ['reviews', 'catalog'], cache_tag: 'reviews:product_id=42' },
    ]);
    expect(await response.json()).toEqual({ count: 4 });
    const expected = write('@reviews:product_id=42', 'reviews:product_id=42');
    expect(settled).toEqual({ reviews: expected, catalog: expected });
  });

  test('puts all of a subgraph together', async () => {
    await post(await start(), [
      { kind: 'type', subgraph: 'reviews', type: 'Review' },
      { kind: 'cache_tag', subgraphs: ['reviews'], cache_tag: 'a' },
    ]);
    expect(settled).toEqual({ reviews: write('#Review', '@a', 'a') });
  });

  test('does nothing, and says so, for an empty list', async () => {
    const response = await post(await start(), []);
    expect([response.status, await response.json()]).toEqual([202, { count: 0 }]);
  });

  test('does not answer as if it were done while the cache is away', async () => {
    const url = await start();
    isAway = true;
    const response = await post(url, bySubgraph);
    expect(response.status).toBe(503);
    expect(await messageOf(response)).toMatch(/send the whole request again/);
    expect(noted).toEqual(['unavailable 0']);
  });

  test.each([
    ['{', 400, /expected the body to be JSON/],
    [{}, 400, 'expected a list but got an object without it'],
    ['null', 400, 'expected a list but got nothing'],
    [[1], 400, '[0]: expected an object with the `kind` "subgraph", "type" or "cache_tag" but got 1'],
    [
      [{ kind: 'entity', subgraph: 'reviews', type: 'Review', key: { id: '1' } }],
      400,
      /but got "entity"; the `type` of the entity, or a cache tag of it, does it/,
    ],
    [[{ kind: 'subgraph' }], 400, '[0]: `subgraph`: expected a string but it is missing'],
    [
      [...bySubgraph, { kind: 'subgraph', subgraph: 'review' }],
      400,
      '[1]: expected a subgraph of the supergraph but got "review"; did you mean "reviews"?',
    ],
    [
      [{ kind: 'type', subgraph: 'reviews', type: 'Reviews' }],
      400,
      '[0]: expected a type of the subgraph reviews but got "Reviews"; did you mean "Review"?',
    ],
    [
      [{ kind: 'type', subgraph: 'reviews', type: 'Category' }],
      400,
      '[0]: expected a type of the subgraph reviews but got "Category"',
    ],
    [[{ kind: 'subgraph', subgraph: 'reviews', type: 'Review' }], 400, /^\[0\]: unknown key `type`/],
    [
      [{ kind: 'cache_tag', subgraphs: [], cache_tag: 'a' }],
      400,
      '[0]: `subgraphs`: expected at least 1 but got a list',
    ],
    [`[${' '.repeat(1_000_001)}]`, 413, /expected a body of at most 1000000 bytes/],
  ])('refuses %j whole', async (body, status, message) => {
    const response = await post(await start(), body);
    expect(response.status).toBe(status);
    expect(await messageOf(response)).toMatch(message);
    expect(settled).toEqual({});
    expect(noted).toEqual(['refused 0']);
  });

  test('takes POST only, at its path only', async () => {
    const url = await start();
    const got = await fetch(url, { headers: { authorization: 'secret' } });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post(url.replace('/invalidation', '/'), bySubgraph)).status).toBe(404);
  });
});

describe('a shared key', () => {
  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['another', { authorization: 'secrets' }],
    ['an empty one', { authorization: '' }],
    ['one with a scheme', { authorization: 'Bearer secret' }],
  ])('that is needed is not %s', async (_, headers) => {
    const response = await post(await start(), bySubgraph, headers);
    expect(response.status).toBe(401);
    expect(await messageOf(response)).toMatch(/^expected a shared key as `authorization` but got/);
    expect(settled).toEqual({});
  });

  test('of one subgraph is for that one', async () => {
    const url = await start('subgraph: { subgraphs: { reviews: { invalidation: { shared_key: own } } } }');
    const headers = { authorization: 'own' };
    expect((await post(url, bySubgraph, headers)).status).toBe(202);
    settled = {};
    const both = [...bySubgraph, { kind: 'subgraph', subgraph: 'catalog' }];
    expect((await post(url, both, headers)).status).toBe(401);
    expect(settled).toEqual({});
  });

  test('of all is for each, but for one where it is switched off', async () => {
    const url = await start(
      `subgraph: { all: { invalidation: { shared_key: secret } },
        subgraphs: { reviews: { invalidation: { enabled: false, shared_key: own } } } }`,
    );
    expect((await post(url, bySubgraph)).status).toBe(401);
    expect((await post(url, bySubgraph, { authorization: 'own' })).status).toBe(401);
    expect((await post(url, [{ kind: 'subgraph', subgraph: 'catalog' }])).status).toBe(202);
  });

  test('that is not configured opens nothing', async () => {
    const url = await start('enabled: true');
    for (const authorization of ['', 'undefined', 'null']) {
      expect((await post(url, bySubgraph, { authorization })).status).toBe(401);
    }
  });
});
