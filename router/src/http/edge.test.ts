/** The HTTP edge: what is not a good request, what a browser may do, and what is not GraphQL at all. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { json, neverAnswer, startStubSubgraph, type StubSubgraph } from '@selvedge/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter, type TestRouterOptions } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = `
  type Query { hello(name: String, times: Int!): String list(ids: [ID!]): Int }
  type Mutation { change: Int }
`;

async function start(
  yaml = '',
  options: Partial<TestRouterOptions> = {},
): Promise<{ stub: StubSubgraph; router: TestRouter }> {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  stub.behave(json({ data: { hello: 'world' } }));
  const sdl = compose([{ name: 'one', url: stub.url, typeDefs }]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml, ...options }), (started) => started.close(0));
  return { stub, router };
}

const good = { query: '{ hello(times: 1) }' };

describe('bad requests are told what was expected', () => {
  test.each<[string, unknown, number, string, RegExp]>([
    ['malformed JSON', '{"query": ', 400, 'BAD_REQUEST', /expected the body to be JSON/],
    ['an empty body', '', 400, 'BAD_REQUEST', /expected the body to be JSON/],
    ['an empty object', {}, 400, 'BAD_REQUEST', /non-empty `query`/],
    ['a body that is text', '"hello"', 400, 'BAD_REQUEST', /JSON object but got a value of type string/],
    ['no query', { variables: {} }, 400, 'BAD_REQUEST', /non-empty `query`/],
    [
      'a query that is no text',
      { query: 5 },
      400,
      'BAD_REQUEST',
      /to be a string but got a value of type number/,
    ],
    [
      'variables that are a list',
      { ...good, variables: [] },
      400,
      'BAD_REQUEST',
      /to be a JSON object but got an array/,
    ],
    ['a syntax error', { query: '{ hello(' }, 400, 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
    [
      'a document without end',
      { query: `{ ${'a '.repeat(20_000)} }` },
      400,
      'GRAPHQL_PARSE_FAILED',
      /more that 15000 tokens/,
    ],
    [
      'a document without bottom',
      { query: '{a'.repeat(7_000) },
      400,
      'GRAPHQL_PARSE_FAILED',
      /Syntax Error|call stack/,
    ],
    [
      'an unknown field',
      { query: '{ nope }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
      /Cannot query field "nope"/,
    ],
    [
      'an unknown argument',
      { query: '{ hello(times: 1, x: 2) }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
      /Unknown argument "x"/,
    ],
    [
      'a wrong variable',
      { query: 'query ($n: Int!) { hello(times: $n) }', variables: { n: 'many' } },
      400,
      'BAD_USER_INPUT',
      /Variable "\$n" got invalid value "many"; Int cannot represent/,
    ],
    [
      'a missing variable',
      { query: 'query ($n: Int!) { hello(times: $n) }' },
      400,
      'BAD_USER_INPUT',
      /Variable "\$n" of required type "Int!" was not provided/,
    ],
    [
      'one of several operations, unnamed',
      { query: 'query A { hello(times: 1) } query B { hello(times: 1) }' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
      /expected `operationName` to name one of several/,
    ],
    [
      'an operation that is not there',
      { query: 'query A { hello(times: 1) }', operationName: 'C' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
      /but got "C"/,
    ],
    ['an array where batching is off', [good], 400, 'BAD_REQUEST', /batching is disabled/],
  ])('%s', async (_, body, status, code, message) => {
    const { router, stub } = await start();
    const response = await router.post(body);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const answer = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect(answer.errors[0]?.message).toMatch(message);
    expect(answer.errors[0]?.extensions).toEqual({ code });
    expect('data' in answer).toBe(false);
    expect(stub.requests).toHaveLength(0);
  });

  test('a body of 5 MB is refused, announced or not, and the connection lives on', async () => {
    const { router } = await start();
    const body = JSON.stringify({ ...good, padding: 'x'.repeat(5_000_000) });
    const chunked = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 50; i += 1)
          controller.enqueue(Buffer.from(body.slice(i * 100_000, (i + 1) * 100_000)));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const announced = await fetch(router.endpoint, { ...init, body });
    const unannounced = await fetch(router.endpoint, { ...init, body: chunked, duplex: 'half' });
    for (const response of [announced, unannounced]) {
      expect(response.status).toBe(413);
      expect(await response.json()).toEqual({
        errors: [
          {
            message: 'expected a body of at most 2000000 bytes but got more',
            extensions: { code: 'REQUEST_BODY_TOO_LARGE' },
          },
        ],
      });
    }
    expect((await router.post(good)).status).toBe(200);
  });

  test.each([
    ['another media type', { 'content-type': 'application/xml' }, 415],
    ['another charset', { 'content-type': 'application/json; charset=latin1' }, 415],
    ['a compressed body', { 'content-encoding': 'gzip' }, 415],
  ])('%s', async (_, headers, status) => {
    const { router } = await start();
    expect((await router.post(good, { headers })).status).toBe(status);
  });

  test('other methods are refused by name', async () => {
    const { router } = await start();
    const response = await fetch(router.endpoint, { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST, OPTIONS');
  });

  test('what is not HTTP gets 400, and the router lives on', async () => {
    const { router } = await start();
    const { port } = new URL(router.url);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('HELLO WORLD\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => {
        resolve(text);
      });
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect((await router.post(good)).status).toBe(200);
  });

  test('an upload that breaks off hurts nobody', async () => {
    const { router } = await start();
    const { port } = new URL(router.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        const head =
          'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';
        socket.write(head, () => {
          socket.destroy();
          resolve();
        });
      });
    });
    expect((await router.post(good)).status).toBe(200);
    expect(router.log.filter((line) => Number(line['level']) >= 50)).toEqual([]);
  });

  test('a request that failed is one line of the log, without its text, values or tokens', async () => {
    const { router } = await start();
    const query = 'query Secrets($n: Int!) { hello(name: "hush", times: $n) }';
    const response = await router.post(
      { query, variables: { n: 'classified' } },
      { headers: { authorization: 'Bearer token' } },
    );
    const requestId = response.headers.get('x-request-id');
    expect(router.log.filter((line) => line['requestId'] === requestId)).toEqual([
      expect.objectContaining({ status: 400, operations: ['Secrets'], codes: ['BAD_USER_INPUT'] }),
    ]);
    expect(JSON.stringify(router.log)).not.toMatch(/hush|classified|token/);
  });
});

describe('introspection', () => {
  test('is there in development and not in production, unless the operator says otherwise', async () => {
    const query = '{ __schema { queryType { name } } }';
    const open = await start();
    expect((await open.router.query(query)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    const closed = await start('', { env: { NODE_ENV: 'production' } });
    expect((await closed.router.query(query)).errors?.[0]?.message).toMatch(/introspection is not allowed/);
    expect(open.stub.requests).toHaveLength(0);
  });
});

describe('limits', () => {
  const deep = '{ __schema { types { fields { type { name } } } } }';
  test.each([
    ['max_depth: 4', deep, 'MAX_DEPTH_LIMIT', /depth of at most 4 but got 5/],
    ['max_height: 4', deep, 'MAX_HEIGHT_LIMIT', /height of at most 4 but got 5/],
    [
      'max_aliases: 1',
      '{ a: __typename b: __typename }',
      'MAX_ALIASES_LIMIT',
      /aliases of at most 1 but got 2/,
    ],
    [
      'max_root_fields: 1',
      '{ ...F } fragment F on Query { a: __typename b: __typename }',
      'MAX_ROOT_FIELDS_LIMIT',
      /root fields of at most 1 but got 2/,
    ],
  ])('%s', async (limit, query, code, message) => {
    const { router } = await start(`limits: { ${limit} }`);
    const { status, errors } = await router.query(query);
    expect(status).toBe(400);
    expect(errors).toMatchObject([
      { message: expect.stringMatching(message) as string, extensions: { code } },
    ]);
    expect((await router.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });
});

describe('CORS', () => {
  const ask = (router: TestRouter, origin: string) =>
    fetch(router.endpoint, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, x-mine',
      },
    });

  test('lets no origin in by default in production, and Apollo Studio in development', async () => {
    const production = await start('', { env: { NODE_ENV: 'production' } });
    const studio = 'https://studio.apollographql.com';
    const refused = await ask(production.router, studio);
    expect(refused.status).toBe(204);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    const development = await start();
    expect((await ask(development.router, studio)).headers.get('access-control-allow-origin')).toBe(studio);
    expect(
      (await ask(development.router, 'https://evil.example')).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });

  test('follows the configuration', async () => {
    const { router } = await start(`
      cors:
        origins: [https://shop.example]
        allow_credentials: true
        methods: [POST]
        expose_headers: [x-request-id]
        max_age: 10m
    `);
    const preflight = await ask(router, 'https://shop.example');
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, x-mine',
      'access-control-max-age': '600',
      vary: 'origin, access-control-request-headers',
    });
    const answer = await router.post(good, { headers: { origin: 'https://shop.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(answer.headers.get('access-control-expose-headers')).toBe('x-request-id');
    const foreign = await router.post(good, { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect(foreign.headers.get('vary')).toBe('origin');
  });

  test('allow_any_origin says so to everybody alike', async () => {
    const { router } = await start('cors: { allow_any_origin: true, allow_headers: [content-type] }');
    const preflight = await ask(router, 'https://any.example');
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
  });
});

describe('other paths', () => {
  test('health, readiness, and 404 for the rest', async () => {
    const { router } = await start();
    expect((await fetch(`${router.url}/health`)).status).toBe(200);
    expect((await fetch(`${router.url}/readiness`)).status).toBe(200);
    const missing = await fetch(`${router.url}/nope`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('the GraphQL path and the health path can be moved', async () => {
    const { router } = await start('supergraph: { path: / }\nhealth_check: { path: /alive }');
    expect((await router.query(good.query)).data).toEqual({ hello: 'world' });
    expect((await fetch(`${router.url}/alive`)).status).toBe(200);
    const page = await fetch(router.url, { headers: { accept: 'text/html,*/*' } });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test('a person sees a page, where the homepage is on', async () => {
    const { router } = await start();
    const page = await fetch(router.url, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('POST /graphql');
    expect((await fetch(router.url)).status).toBe(404);
    const off = await start('homepage: { enabled: false }');
    expect((await fetch(off.router.url, { headers: { accept: 'text/html' } })).status).toBe(404);
  });

  test('the explorer’s files: types, compression, caching, and nothing beside them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'explorer-'));
    await cleanup.add(folder, async () => rm(folder, { recursive: true }));
    const { router } = await start('', { explorerFolder: folder });
    const html = { accept: 'text/html' };
    expect(await (await fetch(router.url, { headers: html })).text()).toContain('is not built here');
    // Built while the router runs, as `npm start` does.
    writeFileSync(join(folder, 'main-4F2K9QXA.js'), 'let a;');
    writeFileSync(join(folder, 'main-4F2K9QXA.js.gz'), gzipSync('let a;'));
    writeFileSync(join(folder, '.inputs'), 'notes of the build');
    writeFileSync(join(folder, 'index.html'), '<p>explorer');
    const page = await fetch(router.url, { headers: html });
    expect(await page.text()).toBe('<p>explorer');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const etag = page.headers.get('etag') ?? '';
    const again = await fetch(router.url, { headers: { ...html, 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const script = await fetch(`${router.url}/explorer/main-4F2K9QXA.js`);
    expect(await script.text()).toBe('let a;');
    expect(Object.fromEntries(script.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
    });
    for (const path of [
      '/main-4F2K9QXA.js',
      '/explorer/.inputs',
      '/explorer/..%2f..%2fmain.js',
      '/explorer/',
    ]) {
      expect((await fetch(router.url + path)).status).toBe(404);
    }
  });
});

describe('closing', () => {
  test('finishes what has begun, refuses what comes later', async () => {
    const { router, stub } = await start();
    let finish: () => void = () => undefined;
    stub.behave((response) => {
      finish = () => response.setHeader('content-type', 'application/json').end('{"data":{"hello":"late"}}');
    });
    const underway = router.query(good.query);
    await vi.waitFor(() => {
      expect(stub.requests).toHaveLength(1);
    });
    const closed = router.close();
    await expect(fetch(`${router.url}/health`)).rejects.toThrow();
    finish();
    expect((await underway).data).toEqual({ hello: 'late' });
    await closed;
  });

  test('cuts off what does not finish in time', async () => {
    const { router, stub } = await start();
    stub.behave(neverAnswer);
    const underway = router.query(good.query);
    await vi.waitFor(() => {
      expect(stub.requests).toHaveLength(1);
    });
    await Promise.all([expect(underway).rejects.toThrow(), router.close(50)]);
    await vi.waitFor(() => {
      expect(stub.requests[0]?.aborted).toBe(true);
    });
  });
});
