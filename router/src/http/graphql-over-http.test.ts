/** GraphQL over HTTP beyond the audits: GET, persisted queries, arrays, media types and what status each failure has. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { json, startStubSubgraph, type StubSubgraph } from '@selvedge/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = 'type Query { a(x: Int): Int b: Int! } type Mutation { change: Int }';

async function start(yaml = ''): Promise<{ stub: StubSubgraph; router: TestRouter }> {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  stub.behave(json({ data: { a: 1 } }));
  const sdl = compose([{ name: 'one', url: stub.url, typeDefs }]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  return { stub, router };
}

const asJson = 'application/json; charset=utf-8';
const asGraphql = 'application/graphql-response+json; charset=utf-8';
const answer = { data: { a: 1 } };

function get(router: TestRouter, parameters: Record<string, string>, headers?: Record<string, string>) {
  return fetch(`${router.endpoint}?${new URLSearchParams(parameters).toString()}`, headers && { headers });
}

function persisted(query: string): string {
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  return JSON.stringify({ persistedQuery: { version: 1, sha256Hash } });
}

describe('GET', () => {
  test('answers a bare query, with a name and variables', async () => {
    const { router, stub } = await start();
    expect(await (await get(router, { query: '{ a }' })).json()).toEqual(answer);
    const query = 'query A { b } query B($x: Int) { a(x: $x) }';
    const named = await get(router, { query, operationName: 'B', variables: '{"x":7}' });
    expect(await named.json()).toEqual(answer);
    expect(JSON.stringify(stub.requests[1]?.body)).toContain('7');
  });

  test('takes null and an empty name for what is not there, and a JSON type for nothing of its own', async () => {
    const { router } = await start();
    const parameters = { query: '{ a }', operationName: '', variables: 'null', extensions: 'null' };
    const response = await get(router, parameters, { 'content-type': 'application/json' });
    expect(await response.json()).toEqual(answer);
  });

  test.each([
    ['mutation { change }', 'application/json', asJson],
    ['mutation { change }', 'application/graphql-response+json', asGraphql],
    ['query A { a } mutation B { change }', '*/*', asJson],
  ])('never runs a mutation: %s, %s', async (query, accept, contentType) => {
    const { router, stub } = await start();
    const named = query.startsWith('query') ? { operationName: 'B' } : {};
    const response = await get(router, { query, ...named }, { accept });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(stub.requests).toHaveLength(0);
  });

  test.each<[string, string, RegExp]>([
    ['nothing', '', /non-empty `query`/],
    ['an empty query', '?query=', /non-empty `query`/],
    ['two queries', '?query={a}&query={b}', /`query` once but got it 2 times/],
    ['variables that are no JSON', '?query={a}&variables={', /`variables` to be JSON/],
    [
      'variables that are no object',
      '?query={a}&variables=[1]',
      /`variables` to be a JSON object but got an array/,
    ],
    ['extensions that are no object', '?query={a}&extensions=5', /`extensions` to be a JSON object/],
  ])('%s is refused in either media type', async (_, search, message) => {
    const { router, stub } = await start();
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await fetch(router.endpoint + search, { headers: { accept } });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
      expect(((await response.json()) as { errors: [{ message: string }] }).errors[0].message).toMatch(
        message,
      );
    }
    expect(stub.requests).toHaveLength(0);
  });

  test('another content type is refused', async () => {
    const { router } = await start();
    const response = await get(router, { query: '{ a }' }, { 'content-type': 'application/graphql' });
    expect(response.status).toBe(415);
  });
});

describe('persisted queries', () => {
  test('are learnt and asked for by GET alone', async () => {
    const { router } = await start();
    const extensions = persisted('{ a }');
    const missed = await get(router, { extensions });
    expect(missed.status).toBe(200);
    expect(missed.headers.get('cache-control')).toContain('no-cache');
    expect(await missed.json()).toMatchObject({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    expect(await (await get(router, { query: '{ a }', extensions })).json()).toEqual(answer);
    expect(await (await get(router, { extensions })).json()).toEqual(answer);
    expect(await (await router.post({ extensions: JSON.parse(extensions) as unknown })).json()).toEqual(
      answer,
    );
  });

  test('of a mutation are run by POST only', async () => {
    const { router, stub } = await start();
    stub.behave(json({ data: { change: 2 } }));
    const query = 'mutation { change }';
    const extensions = persisted(query);
    const post = { query, extensions: JSON.parse(extensions) as unknown };
    expect(await (await router.post(post)).json()).toEqual({ data: { change: 2 } });
    const response = await get(router, { extensions });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(stub.requests).toHaveLength(1);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'the hash of another text',
      { version: 1, sha256Hash: createHash('sha256').update('{ b }').digest('hex') },
      /to be the SHA-256 of `query`/,
    ],
    ['another version', { version: 2, sha256Hash: 'x' }, /`version` 1/],
    ['no hash', { version: 1 }, /to be a string but got nothing/],
    ['a text', 'x', /to be an object/],
  ])('%s is refused, by GET and POST', async (_, persistedQuery, message) => {
    const { router, stub } = await start();
    const extensions = { persistedQuery };
    const byGet = await get(router, { query: '{ a }', extensions: JSON.stringify(extensions) });
    const byPost = await router.post({ query: '{ a }', extensions });
    for (const response of [byGet, byPost]) {
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: [{ message: string; extensions: unknown }] };
      expect(errors[0].message).toMatch(message);
      expect(errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
    }
    expect(stub.requests).toHaveLength(0);
  });
});

describe('client batching', () => {
  const bad = { query: '{ nope }' };

  test('answers an array with an array of the same order; what fails in it, fails alone', async () => {
    const { router } = await start('batching: { enabled: true, maximum_size: 3 }');
    const miss = { extensions: JSON.parse(persisted('{ a }')) as unknown };
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await router.post([{ query: '{ a }' }, bad, miss], { headers: { accept } });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
      expect(await response.json()).toMatchObject([
        answer,
        { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
        { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] },
      ]);
    }
  });

  test.each<[string, unknown[], number, string]>([
    ['more than the bound', [{ query: '{ a }' }, bad, bad], 422, 'BATCH_LIMIT_EXCEEDED'],
    ['none', [], 400, 'BAD_REQUEST'],
    ['one that is no operation', [{ query: 'mutation { change }' }, 5], 400, 'BAD_REQUEST'],
    ['an array in it', [[{ query: '{ a }' }]], 400, 'BAD_REQUEST'],
    ['one that is not well formed', [{ query: 'mutation { change }' }, { query: 5 }], 400, 'BAD_REQUEST'],
  ])('%s: refused, and nothing of it has run', async (_, body, status, code) => {
    const { router, stub } = await start('batching: { enabled: true, maximum_size: 2 }');
    const response = await router.post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(stub.requests).toHaveLength(0);
  });

  test('is off unless it is switched on', async () => {
    const { router, stub } = await start();
    expect((await router.post([{ query: '{ a }' }])).status).toBe(400);
    expect(stub.requests).toHaveLength(0);
  });
});

describe('status and media type', () => {
  /** By what a client accepts: the failures of well-formed requests are 200 in the older type. */
  test.each<[string, unknown, json: number, graphql: number]>([
    ['success', { query: '{ a }' }, 200, 200],
    ['a document that does not parse', { query: '{' }, 200, 400],
    ['a document that is not valid', { query: '{ nope }' }, 200, 400],
    ['an operation that is not there', { query: '{ a }', operationName: 'X' }, 200, 400],
    [
      'variables of the wrong type',
      { query: 'query ($x: Int!) { a(x: $x) }', variables: { x: 'y' } },
      200,
      400,
    ],
    ['more than the limits allow', { query: '{ x: a y: a }' }, 200, 400],
    ['a body that does not parse', '{', 400, 400],
    ['no query', {}, 400, 400],
    ['a query that is no text', { query: 1 }, 400, 400],
  ])('%s', async (_, body, json, graphql) => {
    const { router } = await start('limits: { max_aliases: 1 }');
    for (const [accept, status, contentType] of [
      ['application/json', json, asJson],
      ['*/*', json, asJson],
      ['application/json;q=0.9, application/graphql-response+json;q=0.8', json, asJson],
      ['application/graphql-response+json', graphql, asGraphql],
      ['application/json;q=0.8, application/graphql-response+json;q=0.9', graphql, asGraphql],
    ] as const) {
      const response = await router.post(body, { headers: { accept } });
      expect({ accept, status: response.status }).toEqual({ accept, status });
      expect(response.headers.get('content-type')).toBe(contentType);
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
  });

  test('data beside errors, and data that errors have made null, are 200 in both', async () => {
    const { router, stub } = await start();
    stub.behave(json({ data: null, errors: [{ message: 'no' }] }));
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      expect((await router.post({ query: '{ a }' }, { headers: { accept } })).status).toBe(200);
      expect((await router.post({ query: '{ b }' }, { headers: { accept } })).status).toBe(200);
    }
  });

  test('without `accept`, JSON; the answer says that it differs by it', async () => {
    const { router } = await start();
    const response = await new Promise<{ contentType?: string | undefined; vary?: string | undefined }>(
      (resolve) => {
        const headers = { 'content-type': 'application/json' };
        request(router.endpoint, { method: 'POST', headers }, (incoming) => {
          incoming.resume();
          resolve({ contentType: incoming.headers['content-type'], vary: incoming.headers.vary });
        }).end('{"query":"{ a }"}');
      },
    );
    expect(response).toEqual({ contentType: asJson, vary: 'origin, accept' });
  });

  test.each(['text/html', 'application/json;q=0', 'image/*'])(
    'Accept: %s is 406, before a mutation has run',
    async (accept) => {
      const { router, stub } = await start();
      const response = await router.post({ query: 'mutation { change }' }, { headers: { accept } });
      expect(response.status).toBe(406);
      expect(response.headers.get('content-type')).toBe(asJson);
      expect(await response.json()).toMatchObject({ errors: [{ message: /expected `accept`/ }] });
      expect(stub.requests).toHaveLength(0);
    },
  );

  test('a request that overruns its time keeps the media type', async () => {
    const { router, stub } = await start('traffic_shaping: { router: { timeout: 500ms } }');
    stub.behave(() => undefined);
    const response = await router.post({ query: '{ a }' });
    expect([response.status, response.headers.get('content-type')]).toEqual([504, asGraphql]);
    await vi.waitFor(() => {
      expect(stub.requests[0]?.aborted).toBe(true);
    });
  });
});
