/** What holds of every way to carry a request to a subgraph, and then what is special to each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  answerJson,
  startHttpSubgraph,
  type HttpSubgraph,
  type Protocol,
} from '../testing/http2-subgraph.js';
import { Cleanup } from '../testing/test-router.js';
import { parseConfig } from '../config/load.js';
import { transportOptions } from './transport-options.js';
import type { Http2Mode } from './connection-options.js';
import { deadlineHeader } from './deadline.js';
import { SubrequestFailure } from './subgraph-error.js';
import {
  ConnectionPools,
  type HttpTransportOptions,
  type SubgraphCall,
  type SubgraphRequest,
  type SubgraphTransport,
} from './transport.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

type Options = Partial<HttpTransportOptions>;

async function open(
  protocol: Protocol,
  options: Options = {},
  server: Parameters<typeof startHttpSubgraph>[1] = {},
): Promise<{ subgraph: HttpSubgraph; transport: SubgraphTransport; pools: ConnectionPools }> {
  const subgraph = await cleanup.add(startHttpSubgraph(protocol, server), (started) => started.stop());
  const pools = new ConnectionPools();
  const transport = pools.transport({
    url: subgraph.url,
    timeout: 5_000,
    maxResponseBytes: 10_000_000,
    ...(subgraph.ca !== undefined && { tls: { ca: subgraph.ca } }),
    ...options,
  });
  return { subgraph, transport, pools };
}

function ask(transport: SubgraphTransport, request: Partial<SubgraphRequest> = {}): SubgraphCall {
  return transport.send({
    headers: ['content-type', 'application/json', 'x-one', '1'],
    body: '{"query":"{ a }"}',
    timeout: 5_000,
    retriable: true,
    ...request,
  });
}

/** undici looks at a connection that has answered for one turn before it uses it again. */
async function answeredOnce(transport: SubgraphTransport): Promise<void> {
  await ask(transport).reply;
  await sleep(10);
}

async function failureOf(call: SubgraphCall): Promise<SubrequestFailure> {
  const outcome: unknown = await call.reply.catch((error: unknown) => error);
  if (outcome instanceof SubrequestFailure) return outcome;
  throw new Error(`expected a failure but got ${JSON.stringify(outcome)}`);
}

const ways: [title: string, protocol: Protocol, http2: Http2Mode][] = [
  ['HTTP/1.1', 'h1', 'disable'],
  ['HTTP/1.1 over TLS', 'h1 over TLS', 'disable'],
  ['HTTP/2 without TLS', 'h2c', 'http2only'],
  ['HTTP/2 over TLS', 'h2 over TLS', 'http2only'],
  ['what TLS agrees on, HTTP/2', 'h2 over TLS', 'enable'],
  ['what TLS agrees on, HTTP/1.1', 'h1 over TLS', 'enable'],
  ['`enable` without TLS, HTTP/1.1', 'h1', 'enable'],
];

describe.each(ways)('%s', (_, protocol, http2) => {
  const isHttp2 = protocol.startsWith('h2');

  test('carries a body there and an answer back', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    subgraph.answer = (_request, response) => {
      answerJson(response, '{"data":{"ä":"→"}}', {
        'Cache-Control': 'max-age=5, private',
        'Set-Cookie': ['a=1', 'b=2'],
        'X-Trace': 'abc',
      });
    };
    const reply = await ask(transport, { body: Buffer.from('{"query":"{ ä }"}') }).reply;
    expect({ ...reply }).toMatchObject({
      status: 200,
      contentType: 'application/json',
      cacheControl: 'max-age=5, private',
      hasSetCookie: true,
      body: '{"data":{"ä":"→"}}',
    });
    expect(reply.header('x-trace')).toBe('abc');
    expect(reply.header('x-other')).toBeUndefined();
    const [request] = subgraph.requests;
    expect(request?.body.toString()).toBe('{"query":"{ ä }"}');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength('{"query":"{ ä }"}')),
      'x-one': '1',
    });
    expect(request?.headers['accept-encoding']).toBeUndefined();
    expect(subgraph.sessions.length > 0).toBe(isHttp2);
  });

  test('takes headers as a record as well', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    const reply = await ask(transport, { headers: { 'x-two': '2' } }).reply;
    expect(reply.hasSetCookie).toBe(false);
    expect(subgraph.requests[0]?.headers['x-two']).toBe('2');
  });

  test('puts a large answer together', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    const text = JSON.stringify({ data: 'äöü'.repeat(500_000) });
    subgraph.answer = (_request, response) => {
      answerJson(response, text);
    };
    const reply = await ask(transport).reply;
    expect(reply.body === text).toBe(true);
  });

  test('ends an answer that is too large', async () => {
    const { subgraph, transport } = await open(protocol, { http2, maxResponseBytes: 100_000 });
    subgraph.answer = (_request, response) => {
      answerJson(response, Buffer.alloc(5_000_000, 'x'));
    };
    const failure = await failureOf(ask(transport));
    expect(failure.code).toBe('SUBREQUEST_MALFORMED_RESPONSE');
    expect(failure.message).toMatch(/more than 100000 bytes \(`limits\.subgraph_max_response_bytes`\)/);
  });

  test('refuses an answer with too many headers', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    subgraph.answer = (_request, response) => {
      answerJson(response, '{}', Object.fromEntries(Array.from({ length: 300 }, (__, n) => [`x-${n}`, 'y'])));
    };
    expect((await failureOf(ask(transport))).code).toMatch(/^SUBREQUEST_/);
  });

  test('bounds each call by the time that its caller has left, and tells the subgraph', async () => {
    const { subgraph, transport } = await open(protocol, { http2, timeout: 60_000 });
    await answeredOnce(transport);
    expect(subgraph.requests[0]?.headers[deadlineHeader]).toBe('5000');
    subgraph.answer = () => undefined;
    const failure = await failureOf(ask(transport, { timeout: 150.7 }));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_TIMEOUT', message: 'did not answer within 151 ms' });
    expect(subgraph.requests[1]?.headers[deadlineHeader]).toBe('150');
    await failureOf(ask(transport, { timeout: 0.2 }));
    expect((await failureOf(ask(transport, { timeout: 0 }))).code).toBe('SUBREQUEST_TIMEOUT');
  });

  test('bounds a call by the subgraph’s timeout where the caller has more', async () => {
    const { subgraph, transport } = await open(protocol, { http2, timeout: 400 });
    await ask(transport).reply;
    subgraph.answer = () => undefined;
    expect((await failureOf(ask(transport))).message).toBe('did not answer within 400 ms');
    expect(subgraph.requests[1]?.headers[deadlineHeader]).toBe('400');
  });

  test('tells the subgraph when a call is aborted, and goes on', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    const closed = vi.fn();
    subgraph.answer = (_request, response) => {
      response.on('close', closed);
    };
    const call = ask(transport);
    await vi.waitFor(() => {
      expect(subgraph.requests).toHaveLength(1);
    });
    call.abort();
    call.abort();
    expect((await failureOf(call)).message).toBe('was left before it had answered');
    await vi.waitFor(() => {
      expect(closed).toHaveBeenCalledOnce();
    });
    subgraph.answer = (_request, response) => {
      answerJson(response, '{}');
    };
    expect((await ask(transport).reply).body).toBe('{}');
    expect(subgraph.connections).toHaveLength(isHttp2 ? 1 : http2 === 'enable' && subgraph.ca ? 3 : 2);
  });

  test('an aborted call that nobody waits for is no unhandled rejection', async () => {
    const { transport } = await open(protocol, { http2 });
    const onRejection = vi.fn();
    process.on('unhandledRejection', onRejection);
    ask(transport).abort();
    await sleep(20);
    process.off('unhandledRejection', onRejection);
    expect(onRejection).not.toHaveBeenCalled();
  });

  test('says so when nobody is there', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    await subgraph.stop();
    const failure = await failureOf(ask(transport));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', message: 'could not be reached' });
    expect(failure.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('finds a subgraph that comes back', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    await ask(transport).reply;
    await subgraph.stop();
    await failureOf(ask(transport, { retriable: false }));
    const port = Number(new URL(subgraph.url).port);
    // A certificate of its own, which the router does not know: only without TLS can it be the same subgraph.
    if (subgraph.ca !== undefined) return;
    await cleanup.add(startHttpSubgraph(protocol, { port }), (started) => started.stop());
    expect((await ask(transport).reply).status).toBe(200);
  });

  test.each([
    ['before its head', ''],
    ['after its head', '{"data":'],
  ])('a connection lost %s fails the call, and only once', async (__, sent) => {
    const { subgraph, transport } = await open(protocol, { http2 });
    subgraph.answer = (_request, response) => {
      if (sent === '') {
        response.socket?.destroy();
        subgraph.connections.at(-1)?.destroy();
        return;
      }
      response.setHeader('content-length', 100);
      (response as { write(text: string): void }).write(sent);
      setTimeout(() => subgraph.connections.at(-1)?.destroy(), 20);
    };
    const failure = await failureOf(ask(transport, { retriable: false }));
    expect(failure.message).toBe(
      sent === '' ? 'could not be reached' : 'closed the connection in the middle of its answer',
    );
    expect(subgraph.requests).toHaveLength(1);
  });

  test.each([
    ['a read, once more', true, 3],
    ['a mutation, never', false, 2],
  ])('a used connection that is lost before an answer: %s', async (__, retriable, requests) => {
    const { subgraph, transport } = await open(protocol, { http2 });
    await answeredOnce(transport);
    let losses = 1;
    subgraph.answer = (_request, response) => {
      if (losses > 0) subgraph.connections.at(-1)?.destroy();
      else answerJson(response, '{}');
      losses -= 1;
    };
    const outcome = await ask(transport, { retriable }).reply.catch((error: unknown) => error);
    expect(outcome instanceof SubrequestFailure).toBe(!retriable);
    expect(subgraph.requests).toHaveLength(requests);
  });

  test('a subgraph that hangs up at every request is asked at most twice', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    await answeredOnce(transport);
    subgraph.answer = () => {
      subgraph.connections.at(-1)?.destroy();
    };
    await failureOf(ask(transport));
    expect(subgraph.requests).toHaveLength(3);
  });

  test('a first connection that is lost costs no second try', async () => {
    const { subgraph, transport } = await open(protocol, { http2 });
    subgraph.answer = () => {
      subgraph.connections.at(-1)?.destroy();
    };
    await failureOf(ask(transport));
    expect(subgraph.requests).toHaveLength(1);
  });

  test.each<[string, (text: string) => Buffer]>([
    ['gzip', (text) => gzipSync(text)],
    ['x-gzip', (text) => gzipSync(text)],
    ['GZIP', (text) => gzipSync(text)],
    ['br', (text) => brotliCompressSync(text)],
    ['deflate', (text) => deflateSync(text)],
    ['deflate', (text) => deflateRawSync(text)],
    ['identity', (text) => Buffer.from(text)],
  ])('decodes %s', async (coding, encode) => {
    const { subgraph, transport } = await open(protocol, { http2 });
    const text = JSON.stringify({ data: 'ä'.repeat(10_000) });
    subgraph.answer = (_request, response) => {
      answerJson(response, encode(text), { 'content-encoding': coding });
    };
    expect((await ask(transport).reply).body === text).toBe(true);
  });

  test('lets requests in flight finish when it is closed', async () => {
    const { subgraph, transport, pools } = await open(protocol, { http2 });
    subgraph.answer = (_request, response) => {
      setTimeout(() => {
        answerJson(response, '{"late":true}');
      }, 50);
    };
    const call = ask(transport);
    await vi.waitFor(() => {
      expect(subgraph.requests).toHaveLength(1);
    });
    const closing = pools.close();
    expect((await call.reply).body).toBe('{"late":true}');
    await closing;
    await vi.waitFor(() => {
      expect(subgraph.connections.every((socket) => socket.destroyed)).toBe(true);
    });
  });
});

describe('content codings', () => {
  const bound = 1_000_000;
  test.each<[string, Buffer]>([
    ['gzip', gzipSync(Buffer.alloc(200_000_000))],
    [
      'br',
      brotliCompressSync(Buffer.alloc(200_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
    ],
    ['deflate', deflateSync(Buffer.alloc(200_000_000))],
  ])('a %s bomb is not unpacked', async (coding, bomb) => {
    const { subgraph, transport } = await open('h1', { maxResponseBytes: bound });
    expect(bomb.length).toBeLessThan(bound);
    subgraph.answer = (_request, response) => {
      answerJson(response, bomb, { 'content-encoding': coding });
    };
    const before = process.memoryUsage();
    const failure = await failureOf(ask(transport));
    const after = process.memoryUsage();
    expect(failure.code).toBe('SUBREQUEST_MALFORMED_RESPONSE');
    expect(failure.message).toMatch(/more than 1000000 bytes/);
    const grown = (of: NodeJS.MemoryUsage) => of.external + of.arrayBuffers;
    expect(grown(after) - grown(before)).toBeLessThan(40_000_000);
  });

  test.each([
    ['zstd', 'answered in a content coding that was not asked for'],
    ['gzip', 'answered with a body that is not of its content coding'],
    ['gzip, br', 'answered in a content coding that was not asked for'],
  ])('%s that cannot be decoded is a failure', async (coding, message) => {
    const { subgraph, transport } = await open('h1');
    subgraph.answer = (_request, response) => {
      answerJson(response, '{"data":{}}', { 'content-encoding': coding });
    };
    expect(await failureOf(ask(transport))).toMatchObject({
      code: 'SUBREQUEST_MALFORMED_RESPONSE',
      message,
    });
  });
});

describe('HTTP/1.1', () => {
  test('keeps its connections', async () => {
    const { subgraph, transport } = await open('h1');
    for (let n = 0; n < 10; n += 1) await answeredOnce(transport);
    expect(subgraph.connections).toHaveLength(1);
  });

  test('a read that meets one lost connection after the other is sent at most twice', async () => {
    const { subgraph, transport } = await open('h1');
    await Promise.all([ask(transport).reply, ask(transport).reply]);
    await sleep(10);
    expect(subgraph.connections).toHaveLength(2);
    subgraph.answer = (_request, response) => {
      response.socket?.destroy();
    };
    await failureOf(ask(transport));
    expect(subgraph.requests).toHaveLength(4);
  });

  test('subgraphs on one origin share connections, unless they are reached differently', async () => {
    const { subgraph, transport, pools } = await open('h1');
    const other = (options: Options) =>
      pools.transport({ url: `${subgraph.url}/other`, timeout: 5_000, maxResponseBytes: 1_000, ...options });
    await answeredOnce(transport);
    await answeredOnce(other({}));
    expect(subgraph.connections).toHaveLength(1);
    await answeredOnce(other({ tls: { ca: 'x' } }));
    expect(subgraph.connections).toHaveLength(2);
  });

  test('passes over what comes before the answer proper', async () => {
    const { subgraph, transport } = await open('h1');
    subgraph.answer = (_request, response) => {
      (response as ServerResponse).writeEarlyHints({ link: '</style.css>; rel=preload' });
      answerJson(response, '{"proper":true}');
    };
    const reply = await ask(transport).reply;
    expect([reply.status, reply.body]).toEqual([200, '{"proper":true}']);
  });

  test('a call that is aborted while it waits for a connection is never sent', async () => {
    const { subgraph, transport } = await open('h1');
    subgraph.answer = () => undefined;
    const calls = Array.from({ length: 256 }, () => ask(transport, { retriable: false }));
    await vi.waitFor(() => {
      expect(subgraph.requests).toHaveLength(256);
    });
    const queued = ask(transport, { body: 'aborted', retriable: false });
    const next = ask(transport, { body: 'next', retriable: false });
    queued.abort();
    subgraph.answer = (_request, response) => {
      answerJson(response, '{}');
    };
    for (const call of calls) call.abort();
    await next.reply;
    await sleep(50);
    expect(subgraph.requests.slice(256).map(({ body }) => body.toString())).toEqual(['next']);
  });
});

describe('TLS', () => {
  test.each<[Protocol, Http2Mode]>([
    ['h1 over TLS', 'disable'],
    ['h1 over TLS', 'enable'],
    ['h2 over TLS', 'http2only'],
  ])('a certificate that no authority vouches for is refused (%s, %s)', async (protocol, http2) => {
    const { subgraph, transport } = await open(protocol, { http2, tls: {} });
    const failure = await failureOf(ask(transport));
    expect(failure.message).toBe('could not be reached');
    expect(subgraph.requests).toHaveLength(0);
  });

  test.each<[Protocol]>([['h1'], ['h1 over TLS']])(
    '`http2only` takes nothing but HTTP/2 (%s)',
    async (protocol) => {
      const { subgraph, transport } = await open(protocol, { http2: 'http2only' });
      expect((await failureOf(ask(transport))).message).toBe('could not be reached');
      expect(subgraph.requests).toHaveLength(0);
      expect(subgraph.connections.length).toBe(1);
    },
  );

  test('`disable` takes HTTP/1.1 where both are offered', async () => {
    const { subgraph, transport } = await open('h2 over TLS', { http2: 'disable' });
    await failureOf(ask(transport));
    expect(subgraph.sessions).toHaveLength(0);
  });
});

describe('compression of what is sent', () => {
  const decoders = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync };
  const long = JSON.stringify({ query: '{ a }', variables: { text: 'ä'.repeat(5_000) } });

  test.each(['gzip', 'br', 'deflate'] as const)('%s', async (compression) => {
    const { subgraph, transport } = await open('h1', { compression });
    const reply = ask(transport, { body: long }).reply;
    await reply;
    const [request] = subgraph.requests;
    expect(request?.headers).toMatchObject({
      'content-encoding': compression,
      'accept-encoding': 'gzip, br, deflate',
      'content-length': String(request?.body.length),
    });
    expect(decoders[compression](request?.body ?? '').toString()).toBe(long);
  });

  test('a small body goes as it is', async () => {
    const { subgraph, transport } = await open('h1', { compression: 'gzip' });
    await ask(transport).reply;
    expect(subgraph.requests[0]?.headers['content-encoding']).toBeUndefined();
    expect(subgraph.requests[0]?.headers['accept-encoding']).toBe('gzip, br, deflate');
    expect(subgraph.requests[0]?.body.toString()).toBe('{"query":"{ a }"}');
  });

  test('`identity` sends plain bodies and takes compressed answers', async () => {
    const { subgraph, transport } = await open('h2c', { compression: 'identity', http2: 'http2only' });
    await ask(transport, { body: long }).reply;
    expect(subgraph.requests[0]?.body.toString()).toBe(long);
    expect(subgraph.requests[0]?.headers['content-encoding']).toBeUndefined();
    expect(subgraph.requests[0]?.headers['accept-encoding']).toBe('gzip, br, deflate');
  });

  test('a call that is aborted while its body is compressed is never sent', async () => {
    const { subgraph, transport } = await open('h1', { compression: 'br' });
    const call = ask(transport, { body: long });
    call.abort();
    await failureOf(call);
    await sleep(50);
    expect(subgraph.connections).toHaveLength(0);
  });
});

describe('router.yaml', () => {
  const url = 'http://127.0.0.1:1/';
  const options = (yaml: string) => {
    return transportOptions(parseConfig(yaml, {}), 'one', url);
  };

  test('HTTP/1.1, no compression and the authorities of Node.js unless told', () => {
    expect(options('')).toEqual({
      url,
      timeout: 30_000,
      maxResponseBytes: 64_000_000,
      http2: 'disable',
      tls: {},
    });
  });

  test('a subgraph’s own entry goes before `all`', () => {
    const yaml = `
      limits: { subgraph_max_response_bytes: 5 }
      traffic_shaping:
        all: { compression: gzip, experimental_http2: enable }
        subgraphs: { one: { timeout: 1s, compression: br }, two: { experimental_http2: http2only } }
      tls:
        subgraph:
          all: { certificate_authorities: "-----BEGIN CERTIFICATE-----A" }
          subgraphs:
            one: { client_authentication: { certificate_chain: "-----BEGIN CERTIFICATE-----B", key: "-----BEGIN KEY-----" } }
    `;
    expect(options(yaml)).toEqual({
      url,
      timeout: 1_000,
      maxResponseBytes: 5,
      http2: 'enable',
      compression: 'br',
      tls: {
        ca: '-----BEGIN CERTIFICATE-----A',
        cert: '-----BEGIN CERTIFICATE-----B',
        key: '-----BEGIN KEY-----',
      },
    });
  });
});
