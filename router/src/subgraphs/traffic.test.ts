/** How the router talks to subgraphs: which headers, on which connections, how many requests, and until when. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delayed, json, neverAnswer, startStubSubgraph, type StubSubgraph } from '@selvedge/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = `
  type Query { a: Int b: Int }
  type Mutation { first: Int second: Int }
`;
const other = 'type Query { c: Int }';

async function startPair(yaml = ''): Promise<{ one: StubSubgraph; two: StubSubgraph; router: TestRouter }> {
  const one = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const two = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  one.behave(json({ data: { a: 1 } }));
  two.behave(json({ data: { c: 3 } }));
  const sdl = compose([
    { name: 'one', url: one.url, typeDefs },
    { name: 'two', url: two.url, typeDefs: other },
  ]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  return { one, two, router };
}

describe('headers', () => {
  const sent = { headers: { authorization: 'Bearer t', 'x-tenant': 'acme', 'x-debug': '1', cookie: 'c=1' } };
  const mine = ['authorization', 'x-tenant', 'x-debug', 'cookie', 'tenant', 'x-added', 'x-default'];

  async function arrived(yaml: string, subgraph: 'one' | 'two' = 'one'): Promise<Record<string, unknown>> {
    const started = await startPair(yaml);
    await started.router.query('{ a c }', {}, sent);
    const headers = started[subgraph].requests[0]?.headers ?? {};
    return Object.fromEntries(Object.entries(headers).filter(([name]) => mine.includes(name)));
  }

  test('none goes to a subgraph by default', async () => {
    expect(await arrived('')).toEqual({});
  });

  test('a named one goes where it is said, renamed or with a default', async () => {
    const yaml = `
      headers:
        all: { request: [{ propagate: { named: Authorization } }] }
        subgraphs:
          one:
            request:
              - propagate: { named: x-tenant, rename: tenant }
              - propagate: { named: x-default, default: fallback }
              - insert: { name: x-added, value: "\${env.ADDED:-yes}" }
    `;
    const expected = { authorization: 'Bearer t', tenant: 'acme', 'x-default': 'fallback', 'x-added': 'yes' };
    expect(await arrived(yaml)).toEqual(expected);
    expect(await arrived(yaml, 'two')).toEqual({ authorization: 'Bearer t' });
  });

  test('a pattern matches whole names, and never what belongs to the connection', async () => {
    const started = await startPair('headers: { all: { request: [{ propagate: { matching: ".*" } }] } }');
    await started.router.query('{ a }', {}, { headers: { ...sent.headers, te: 'trailers' } });
    const headers = started.one.requests[0]?.headers;
    expect(headers).toMatchObject({ authorization: 'Bearer t', 'x-tenant': 'acme', cookie: 'c=1' });
    expect(headers?.host).toBe(new URL(started.one.url).host);
    expect(headers?.['te']).toBeUndefined();
    expect(Number(headers?.['content-length'])).toBe(Buffer.byteLength(started.one.requests[0]?.text ?? ''));
    expect(await arrived('headers: { all: { request: [{ propagate: { matching: x-ten } }] } }')).toEqual({});
  });

  test('a later rule removes what an earlier one let through', async () => {
    const rules =
      '[{ propagate: { matching: "x-.*" } }, { remove: { matching: "x-d.*" } }, { remove: { named: cookie } }]';
    expect(await arrived(`headers: { all: { request: ${rules} } }`)).toEqual({ 'x-tenant': 'acme' });
  });

  test('a client cannot choose the content type that a subgraph sees', async () => {
    const { one, router } = await startPair();
    await router.query('{ a }', {}, { headers: { 'content-type': 'application/json; charset=UTF-8' } });
    expect(one.requests[0]?.headers['content-type']).toBe('application/json');
  });
});

describe('connections', () => {
  test('are kept: many requests in turn use one', async () => {
    const { one, router } = await startPair();
    const ports = new Set<number | undefined>();
    const counting = createServer((request: IncomingMessage, response) => {
      ports.add(request.socket.remotePort);
      request.resume();
      response.setHeader('content-type', 'application/json').end('{"data":{"a":1}}');
    });
    await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
    await cleanup.add(counting, (server) => new Promise((resolve) => server.close(resolve)));
    const { port } = counting.address() as AddressInfo;
    const sdl = compose([{ name: 'one', url: `http://127.0.0.1:${port}/graphql`, typeDefs }]);
    await router.replaceSupergraph(sdl);
    for (let i = 0; i < 10; i += 1) expect((await router.query('{ a }')).data).toEqual({ a: 1 });
    expect(ports.size).toBe(1);
    expect(one.requests).toHaveLength(0);
  });

  test('follow override_subgraph_url', async () => {
    const elsewhere = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
    elsewhere.behave(json({ data: { c: 42 } }));
    const { two, router } = await startPair(`override_subgraph_url: { two: "${elsewhere.url}" }`);
    expect((await router.query('{ c }')).data).toEqual({ c: 42 });
    expect(two.requests).toHaveLength(0);
  });
});

describe('abort', () => {
  test('a client that leaves ends the fetches made for it: the subgraph sees its connection closed', async () => {
    const { one, router } = await startPair();
    one.behave(neverAnswer);
    const client = new AbortController();
    const request = router.query('{ a }', {}, { signal: client.signal });
    await vi.waitFor(() => {
      expect(one.requests).toHaveLength(1);
    });
    expect(one.requests[0]?.aborted).toBe(false);
    client.abort();
    await expect(request).rejects.toThrow();
    await vi.waitFor(() => {
      expect(one.requests[0]?.aborted).toBe(true);
    });
  });

  test('many fetches of one request are nothing that node warns of', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const names = Array.from({ length: 20 }, (_, n) => `f${n}`);
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave(delayed(20, json({ data: Object.fromEntries(names.map((name) => [name, 1])) })));
    const sdl = compose(
      names.map((name) => ({ name, url: stub.url, typeDefs: `type Query { ${name}: Int }` })),
    );
    const router = await cleanup.add(startTestRouter({ sdl }), (started) => started.close(0));
    expect((await router.query(`{ ${names.join(' ')} }`)).errors).toBeUndefined();
    expect(stub.requests).toHaveLength(20);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  test('a client that stays keeps its fetches', async () => {
    const { one, router } = await startPair();
    one.behave(delayed(200, json({ data: { a: 1 } })));
    expect((await router.query('{ a }')).data).toEqual({ a: 1 });
    expect(one.requests[0]?.aborted).toBe(false);
  });

  test('a fetch beyond its deadline is ended too', async () => {
    const { one, router } = await startPair('traffic_shaping: { all: { timeout: 50ms } }');
    one.behave(neverAnswer);
    const { errors } = await router.query('{ a }');
    expect(errors?.[0]?.extensions['code']).toBe('SUBREQUEST_TIMEOUT');
    await vi.waitFor(() => {
      expect(one.requests[0]?.aborted).toBe(true);
    });
  });

  test('a request beyond its own time is answered 504 and ends its fetches', async () => {
    const { one, router } = await startPair('traffic_shaping: { router: { timeout: 100ms } }');
    // Its plan is there when the time begins, however slow this machine is.
    one.behave(json({ data: { a: 1 } }));
    await vi.waitFor(async () => {
      expect((await router.query('{ a }')).status).toBe(200);
    });
    one.behave(neverAnswer);
    const { status, errors } = await router.query('{ a }');
    expect(status).toBe(504);
    expect(errors).toEqual([
      {
        message: 'expected the request to finish within 100 ms but it did not',
        extensions: { code: 'REQUEST_TIMEOUT' },
      },
    ]);
    await vi.waitFor(() => {
      expect(one.requests.at(-1)?.aborted).toBe(true);
    });
  });
});
