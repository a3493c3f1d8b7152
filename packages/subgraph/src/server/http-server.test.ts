// What may come over HTTP, and what does not: each has its status, a code, and leaves the subgraph as it was.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SubgraphContext } from '../index.js';
import { libraryResolvers } from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';

let library: RunningLibrary;
const log: string[] = [];
beforeAll(async () => {
  library = await startLibrary({ logTo: log });
});
afterAll(() => library.stop());
afterEach(async () => {
  // Whatever came before, the next client is served, and nothing was taken for a fault of ours.
  expect((await library.post({ query: '{ whoAmI }' })).body).toEqual({ data: { whoAmI: null } });
  expect(log.splice(0).filter((line) => line.includes('"level":50'))).toEqual([]);
});

/** Sends bytes as they are; gives back all that comes until the server ends the connection. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(library.url).port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(text);
    });
  });
}

const errorOf = (code: string, message: unknown = expect.any(String)): object => ({
  errors: [{ message, extensions: { code } }],
});
const withHeaders = (line: string, rest = ''): string =>
  `${line}\r\nhost: subgraph\r\nconnection: close\r\n${rest}\r\n`;

describe('a POST', () => {
  it.each([
    ['malformed JSON', '{"query":', 400, 'BAD_REQUEST', 'expected a body of JSON but got something else'],
    ['no body', '', 400, 'BAD_REQUEST', 'expected a body of JSON but got something else'],
    ['HTML', '<html></html>', 400, 'BAD_REQUEST', 'expected a body of JSON but got something else'],
    ['null', 'null', 400, 'BAD_REQUEST', expect.any(String)],
    ['a number', '7', 400, 'BAD_REQUEST', expect.any(String)],
    ['an empty list', '[]', 400, 'BAD_REQUEST', expect.any(String)],
    ['a query that is no text', '{"query":7}', 400, 'BAD_REQUEST', expect.any(String)],
    [
      'variables that are no object',
      '{"query":"{ whoAmI }","variables":[]}',
      400,
      'BAD_REQUEST',
      expect.any(String),
    ],
    [
      'no GraphQL',
      { query: '{ author(' },
      400,
      'GRAPHQL_PARSE_FAILED',
      expect.stringContaining('Syntax Error'),
    ],
    [
      'an unknown field',
      { query: '{ auhtor }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
      expect.stringContaining('Cannot query field "auhtor"'),
    ],
    [
      'a missing variable',
      { query: 'query($id: ID!) { author(id: $id) { bio } }' },
      400,
      'BAD_USER_INPUT',
      expect.stringContaining('$id'),
    ],
    [
      'a variable of another type',
      { query: 'query($n: Int) { books(first: $n) { nodes { id } } }', variables: { n: 'many' } },
      400,
      'BAD_USER_INPUT',
      expect.stringContaining('$n'),
    ],
    [
      'representations that are no list of objects',
      {
        query: 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
        variables: { r: null },
      },
      400,
      'BAD_USER_INPUT',
      expect.stringContaining('$r'),
    ],
    [
      'an unknown operation',
      { query: 'query A { whoAmI }', operationName: 'B' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
      expect.stringContaining('"B"'),
    ],
  ])('of %s', async (_what, body, status, code, message) => {
    const answer = await library.post(body);
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
      body: errorOf(code, message),
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([11_000_000, 30_000_000])('of %i bytes is refused, and told so', async (bytes) => {
    const answer = await library.post(JSON.stringify({ query: '{ whoAmI }', padding: 'x'.repeat(bytes) }));
    expect(answer).toMatchObject({
      status: 413,
      body: errorOf(
        'REQUEST_BODY_TOO_LARGE',
        expect.stringMatching(/^expected a body of at most 10000000 bytes but got \d+$/),
      ),
    });
  });

  it('of several operations is never to be kept, whichever of them ends last', async () => {
    const [keep, not] = [
      { query: '{ book(id: "1") { title author { fullName } } }' },
      { query: '{ whoAmI }' },
    ];
    for (const body of [
      [keep, not],
      [not, keep],
    ])
      expect((await library.post(body)).headers.get('cache-control')).toBe('no-store');
    expect((await library.post(keep)).headers.get('cache-control')).toBe('max-age=30, public');
  });

  it('of 9 MB is taken', async () => {
    expect(
      (await library.post({ query: '{ whoAmI }', variables: { unused: 'x'.repeat(9_000_000) } })).body,
    ).toEqual({
      data: { whoAmI: null },
    });
  });

  it('that the client leaves in the middle of is no fault of ours', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(library.url).port), '127.0.0.1', () => {
        socket.write(`${withHeaders('POST /graphql HTTP/1.1', 'content-length: 1000\r\n')}{"query"`);
        setImmediate(() => socket.destroy());
      });
      socket.on('close', () => {
        resolve();
      });
    });
    // Its end is heard of in its own time.
    await setTimeout(100);
  });

  it('of text that is not UTF-8 is read as well as it can be', async () => {
    const response = await fetch(`${library.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat([
        Buffer.from('{"query":"{ whoAmI } #'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]),
    });
    expect(await response.json()).toEqual({ data: { whoAmI: null } });
  });
});

const { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } = zlib;

describe('a compressed POST', () => {
  const plain = Buffer.from(JSON.stringify({ query: `{ whoAmI } # ${'padding '.repeat(500)}ä` }));

  async function postBytes(encoding: string, body: Buffer) {
    const response = await fetch(`${library.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body: new Uint8Array(body),
    });
    const { status, headers } = response;
    return { status, body: await response.json(), takes: headers.get('accept-encoding') };
  }

  it.each([
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['identity', plain],
  ])('in %s is decoded', async (encoding, body) => {
    expect(await postBytes(encoding, body)).toEqual({
      status: 200,
      body: { data: { whoAmI: null } },
      takes: null,
    });
  });

  it.each(['compress', 'gzip, gzip', 'x'.repeat(2_000)])(
    'in %.20s is refused, and told what is taken',
    async (encoding) => {
      const got = encoding.slice(0, 60);
      const taken = 'zstdDecompress' in zlib ? 'gzip, br, deflate, zstd' : 'gzip, br, deflate';
      expect(await postBytes(encoding, Buffer.alloc(2_000_000, 1))).toEqual({
        status: 415,
        body: errorOf(
          'UNSUPPORTED_CONTENT_CODING',
          `expected a content-encoding of ${taken} or none but got ${got}`,
        ),
        takes: taken,
      });
    },
  );

  it.each([
    ['gzip', 'plain text', plain],
    ['br', 'plain text', plain],
    ['deflate', 'plain text', plain],
    ['gzip', 'half a body', gzipSync(plain).subarray(0, 30)],
    ['br', 'half a body', brotliCompressSync(plain).subarray(0, 30)],
    ['gzip', 'nothing', Buffer.alloc(0)],
  ])('in %s that is %s is refused', async (encoding, _what, body) => {
    const message = `expected a body in ${encoding} but got something else`;
    expect(await postBytes(encoding, body)).toMatchObject({
      status: 400,
      body: errorOf('BAD_REQUEST', message),
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('in %s is refused where it unpacks to more than the bound', async (encoding, encode) => {
    const bomb = encode(Buffer.alloc(10_000_001, ' '));
    expect(bomb.length).toBeLessThan(20_000);
    expect(await postBytes(encoding, bomb)).toMatchObject({
      status: 413,
      body: errorOf(
        'REQUEST_BODY_TOO_LARGE',
        'expected a body of at most 10000000 bytes but got one that unpacks to more',
      ),
    });
  });
});

describe('a request', () => {
  it.each([
    ['GET', '/graphql?query=%7B%20whoAmI%20%7D', 200, { data: { whoAmI: null } }],
    ['GET', '/graphql', 400, errorOf('BAD_REQUEST')],
    [
      'GET',
      `/graphql?query=${encodeURIComponent('mutation { renameBook(id: "1", title: "x") { book { id } } }')}`,
      405,
      errorOf('BAD_REQUEST'),
    ],
    ['GET', '/health', 200, { status: 'UP' }],
    ['GET', '/health?probe=1', 200, { status: 'UP' }],
    ['GET', '/readiness', 200, { status: 'UP', oldestWriteSeconds: expect.any(Number) as unknown }],
    [
      'GET',
      '/graphqlx',
      404,
      errorOf('NOT_FOUND', 'expected /graphql, /health, /readiness or /metrics but got /graphqlx'),
    ],
    [
      'GET',
      `/${'x'.repeat(2000)}`,
      404,
      errorOf('NOT_FOUND', `expected /graphql, /health, /readiness or /metrics but got /${'x'.repeat(59)}`),
    ],
  ])('%s %s', async (method, path, status, body) => {
    const response = await fetch(`${library.url}${path}`, { method });
    expect({ status: response.status, body: await response.json() }).toMatchObject({ status, body });
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s /graphql is not a method of GraphQL', async (method) => {
    expect((await fetch(`${library.url}/graphql`, { method })).status).toBe(405);
  });

  it.each([
    ['GET // HTTP/1.1', '404'],
    ['GET //[ HTTP/1.1', '404'],
    ['GET http://[ HTTP/1.1', '404'],
    ['OPTIONS * HTTP/1.1', '404'],
    ['GET /graphql?%E0%A4%A HTTP/1.1', '400'],
  ])('with the odd target of %s has an answer', async (line, status) => {
    const text = await raw(withHeaders(line));
    expect(text).toContain(`HTTP/1.1 ${status} `);
    expect(text).toContain('"code":"');
  });

  it.each([
    ['nonsense', 'nonsense\r\n\r\n', '400 Bad Request'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', '400 Bad Request'],
    [
      'two lengths',
      withHeaders('POST /graphql HTTP/1.1', 'content-length: 1\r\ncontent-length: 2\r\n'),
      '400 Bad Request',
    ],
    [
      'headers without end',
      withHeaders('GET / HTTP/1.1', `x: ${'x'.repeat(20_000)}\r\n`),
      '431 Request Header Fields Too Large',
    ],
  ])('that is not HTTP: %s', async (_what, bytes, status) => {
    const text = await raw(bytes);
    expect(text.startsWith(`HTTP/1.1 ${status}\r\n`)).toBe(true);
    const [, body = ''] = text.split('\r\n\r\n');
    expect(JSON.parse(body)).toEqual(
      errorOf('BAD_REQUEST', 'expected an HTTP request but got something else'),
    );
  });
});

describe('stopping', () => {
  const slow = 4_713;

  it('lets a running request finish, accepts no other, and does not wait for connections that are kept alive', async () => {
    const stopping = await startLibrary({
      resolvers: {
        ...libraryResolvers,
        Query: {
          ...libraryResolvers.Query,
          whoAmI: async (_parent: object, _args: object, context: SubgraphContext) => {
            await context.query('SELECT pg_advisory_xact_lock($1)', [slow]);
            return 'done';
          },
        },
      },
    });
    const gate = new pg.Client(stopping.databaseUrl);
    await gate.connect();
    await gate.query('SELECT pg_advisory_lock($1)', [slow]);
    const agent = new Agent({ keepAlive: true });
    const answer = postThrough(agent, stopping.url);
    await expect
      .poll(async () => {
        const { rows } = await gate.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
        );
        return rows.length;
      })
      .toBe(1);
    const stopped = stopping.stop();
    await expect.poll(() => fetch(`${stopping.url}/health`).catch(() => 'refused')).toBe('refused');
    await gate.query('SELECT pg_advisory_unlock($1)', [slow]);
    expect(await answer).toBe('{"data":{"whoAmI":"done"}}\n');
    await gate.end();
    // With the connection still open for the agent's next request; node would end it after five seconds.
    const order: string[] = [];
    await Promise.race([
      stopped.then(() => order.push('stopped')),
      setTimeout(3_000).then(() => order.push('waited')),
    ]);
    expect(order).toEqual(['stopped']);
    agent.destroy();
  });
});

function postThrough(agent: Agent, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const outgoing = request(`${url}/graphql`, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve(text);
      });
    });
    outgoing.on('error', reject);
    outgoing.end('{"query":"{ whoAmI }"}');
  });
}
