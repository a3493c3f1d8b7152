/** Which spans a collector gets, how they hang together, and what subgraphs are told of them. */
import { delayed, json, startStubSubgraph, type StubSubgraph } from '@selvedge/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { attributesOf, spansOf, type SentSpan } from '../testing/collected-spans.js';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Traced {
  readonly subgraph: StubSubgraph;
  readonly collector: StubSubgraph;
  readonly router: TestRouter;
  /** Ends the router, which sends what is left. */
  readonly spans: () => Promise<SentSpan[]>;
}

async function start(common: string, rest = ''): Promise<Traced> {
  const subgraph = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const collector = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  subgraph.behave(json({ data: { a: 1 } }));
  collector.behave(json({}));
  const typeDefs = 'type Query { a: Int b: Int }';
  const sdl = compose([{ name: 'one', url: subgraph.url, typeDefs }]);
  const endpoint = `http://127.0.0.1:${collector.port}`;
  const yaml = `
telemetry:
  exporters:
    tracing: { common: ${common}, otlp: { enabled: true, endpoint: "${endpoint}" } }
${rest}`;
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  const spans = async () => {
    await router.close(0);
    return collector.requests.flatMap(({ body }) => spansOf(body));
  };
  return { subgraph, collector, router, spans };
}

/** Server spans are those of client requests, client spans those of fetches: on one path they have one name. */
function named(spans: readonly SentSpan[], name: string): SentSpan {
  const found = spans.filter((span) => span.name === name && span.kind !== 3);
  expect(found, `spans named ${name}`).toHaveLength(1);
  return existing(found[0]);
}

function fetchOf(spans: readonly SentSpan[]): SentSpan {
  return existing(spans.find(({ kind }) => kind === 3));
}

function existing(span: SentSpan | undefined): SentSpan {
  if (span === undefined) throw new Error('expected a span but got none');
  return span;
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const sampled = { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'vendor=x' } };
function traceparentOf(client: string): string {
  return `00-${client.padStart(32, '0')}-b7ad6b7169203331-01`;
}

const unsampled = { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-00` } };

describe('a request that is recorded', () => {
  test('has a span for itself, its operation, each stage and each fetch, in the trace of its client', async () => {
    const { router, subgraph, spans } = await start('{ sampler: always_off }');
    await router.post({ query: 'query Mine { a }' }, sampled);
    const sent = await spans();
    expect(new Set(sent.map((span) => span.traceId))).toEqual(new Set([traceId]));
    const request = named(sent, 'POST /graphql');
    expect(request.parentSpanId).toBe('b7ad6b7169203331');
    expect(attributesOf(request)).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
    });
    const operation = named(sent, 'query');
    expect(operation.parentSpanId).toBe(request.spanId);
    expect(attributesOf(operation)).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Mine',
    });
    const below = sent.filter(({ parentSpanId }) => parentSpanId === operation.spanId);
    expect(below.map(({ name }) => name).sort()).toEqual(
      ['execute', 'plan', 'shape', 'validate'].map((stage) => `graphql.${stage}`),
    );
    // @apollo/server's own, before it is known which operation is meant.
    const before = sent.filter(
      ({ parentSpanId, spanId }) => parentSpanId === request.spanId && spanId !== operation.spanId,
    );
    expect(before.map(({ name }) => name)).toEqual(['graphql.parse', 'graphql.validate']);
    const fetched = fetchOf(sent);
    expect(fetched.parentSpanId).toBe(below.find(({ name }) => name === 'graphql.execute')?.spanId);
    expect(attributesOf(fetched)).toMatchObject({ 'subgraph.name': 'one', 'selvedge.fetch.callers': 1 });
    expect(subgraph.requests[0]?.headers).toMatchObject({
      traceparent: `00-${traceId}-${fetched.spanId}-01`,
      tracestate: 'vendor=x',
    });
    expect(JSON.stringify(sent)).not.toContain('{ a }');
  });

  test('says what went wrong by its code', async () => {
    const { router, subgraph, spans } = await start('{ sampler: always_on }');
    subgraph.behave(json({ errors: 7 }));
    await router.query('{ a }');
    const sent = await spans();
    const fetched = fetchOf(sent);
    expect(attributesOf(fetched)).toMatchObject({ 'error.type': 'SUBREQUEST_MALFORMED_RESPONSE' });
    expect(fetched.status?.code).toBe(2);
    expect(attributesOf(named(sent, 'POST /graphql'))['error.type']).toBe('SUBREQUEST_MALFORMED_RESPONSE');
  });

  test('ends its spans where it is refused', async () => {
    const { router, spans } = await start('{ sampler: always_on }');
    await router.query('query ($n: Int!) { a @include(if: true) b @skip(if: false) }');
    const sent = await spans();
    expect(named(sent, 'POST /graphql').status?.code ?? 0).toBe(0);
    expect(attributesOf(named(sent, 'POST /graphql'))['error.type']).toBeDefined();
  });
});

describe('what several requests share', () => {
  /** One that is under way, and then two of the kind that come together. */
  async function threeAtOnce(deduplicate: boolean): Promise<Traced> {
    const started = await start(
      // What they share is recorded because they are.
      '{ sampler: always_off }',
      `traffic_shaping: { router: { deduplicate_query: ${deduplicate} } }`,
    );
    started.subgraph.behave(delayed(100, json({ data: { a: 1 } })));
    const ask = (client: string) =>
      started.router.post({ query: '{ a }' }, { headers: { traceparent: traceparentOf(client) } });
    await ask('1');
    const first = ask('2');
    await expect.poll(() => started.subgraph.requests.length).toBe(2);
    await Promise.all([first, ask('3'), ask('4')]);
    expect(started.subgraph.requests).toHaveLength(3);
    return started;
  }

  test('a fetch has a trace of its own, linked to those of its callers, and they to it', async () => {
    const { subgraph, spans } = await threeAtOnce(false);
    const sent = await spans();
    const shared = sent.filter(({ kind, links = [] }) => kind === 3 && links.length > 0);
    expect(shared).toHaveLength(1);
    const fetched = existing(shared[0]);
    expect(fetched.parentSpanId ?? '').toBe('');
    expect(attributesOf(fetched)).toMatchObject({ 'selvedge.fetch.callers': 2 });
    const callers = sent.filter(({ spanId }) => fetched.links?.some((link) => link.spanId === spanId));
    expect(callers.map(({ name }) => name)).toEqual(['graphql.execute', 'graphql.execute']);
    expect(new Set(callers.map((span) => span.traceId)).size).toBe(2);
    for (const { links } of callers) expect(links?.map(({ spanId }) => spanId)).toEqual([fetched.spanId]);
    expect(subgraph.requests[2]?.headers['traceparent']).toBe(`00-${fetched.traceId}-${fetched.spanId}-01`);
  });

  test('an execution is an operation in a trace of its own, linked to those of the requests', async () => {
    const { spans } = await threeAtOnce(true);
    const sent = await spans();
    const shared = existing(sent.find(({ name, links = [] }) => name === 'query' && links.length > 0));
    const requests = sent.filter(({ spanId }) => shared.links?.some((link) => link.spanId === spanId));
    expect(requests.map(({ name }) => name)).toEqual(['POST /graphql', 'POST /graphql']);
    const fetched = sent.filter(({ traceId: id, kind }) => id === shared.traceId && kind === 3);
    expect(fetched).toHaveLength(1);
  });
});

describe('sampling', () => {
  test('the client decides: what it does not record is not recorded, and subgraphs are told so', async () => {
    const { router, subgraph, spans } = await start('{ sampler: always_on }');
    await router.post({ query: '{ a }' }, unsampled);
    expect(await spans()).toEqual([]);
    expect(subgraph.requests[0]?.headers['traceparent']).toMatch(
      new RegExp(`^00-${traceId}-[\\da-f]{16}-00$`),
    );
  });

  test('the client does not decide where the operator says so', async () => {
    const { router, spans } = await start('{ sampler: always_on, parent_based_sampler: false }');
    await router.post({ query: '{ a }' }, unsampled);
    const sent = await spans();
    expect(sent.map(({ name }) => name)).toContain('graphql.execute');
    expect(new Set(sent.map((span) => span.traceId))).toEqual(new Set([traceId]));
  });

  test('a client’s traceparent that is propagated by rule is replaced, not doubled', async () => {
    const rule = 'headers: { all: { request: [{ propagate: { matching: "trace.*" } }] } }';
    const { router, subgraph, spans } = await start('{ sampler: always_on }', rule);
    await router.post({ query: '{ a }' }, sampled);
    const sent = await spans();
    const fetched = fetchOf(sent);
    expect(subgraph.requests[0]?.headers['traceparent']).toBe(`00-${traceId}-${fetched.spanId}-01`);
  });

  test('a hundredth is recorded unless it is said otherwise', async () => {
    const { router, spans } = await start('{}');
    for (let request = 0; request < 100; request += 1) await router.query('{ a }');
    expect((await spans()).filter(({ kind }) => kind === 2).length).toBeLessThan(15);
  });
});

test('without a collector nothing is made, and nothing sent to subgraphs', async () => {
  const subgraph = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const sdl = compose([{ name: 'one', url: subgraph.url, typeDefs: 'type Query { a: Int }' }]);
  const router = await cleanup.add(startTestRouter({ sdl }), (started) => started.close(0));
  await router.post({ query: '{ a }' }, sampled);
  expect(subgraph.requests[0]?.headers['traceparent']).toBeUndefined();
});

test('a collector that is named nowhere is asked for', async () => {
  const sdl = compose([{ name: 'one', url: 'http://127.0.0.1:1', typeDefs: 'type Query { a: Int }' }]);
  const yaml = 'telemetry: { exporters: { tracing: { otlp: { enabled: true } } } }';
  await expect(startTestRouter({ sdl, yaml })).rejects.toThrow(
    '`telemetry.exporters.tracing.otlp`: expected `endpoint` beside `enabled: true`',
  );
});
