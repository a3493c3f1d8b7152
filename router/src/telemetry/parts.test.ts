/** Answers in parts go through the stages that all answers go through, and are seen in them: spans, metrics, timings. */
import { json, startStubSubgraph } from '@selvedge/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { spansOf, type SentSpan } from '../testing/collected-spans.js';
import { payloadsOf, startDeferredShop, type DeferredShop } from '../testing/deferred-shop.js';
import { Cleanup } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const headers = { accept: 'multipart/mixed;deferSpec=20220824,application/json' };
const late = '{ product(id: "1") { id ... @defer { rating } } }';

/** The value of each line by its name and labels. */
async function metricsOf({ router }: DeferredShop): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(router.metricsUrl ?? '')).text();
  return new Map(
    text
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function traced(): Promise<{ shop: DeferredShop; spans: () => Promise<SentSpan[]> }> {
  const collector = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  collector.behave(json({}));
  const tracing = `{ common: { sampler: always_on }, otlp: { enabled: true, endpoint: "http://127.0.0.1:${collector.port}" } }`;
  const shop = await startDeferredShop(cleanup, `telemetry: { exporters: { tracing: ${tracing} } }`);
  return {
    shop,
    spans: async () => {
      await shop.router.close(0);
      return collector.requests.flatMap(({ body }) => spansOf(body));
    },
  };
}

async function readAll(response: Response): Promise<number> {
  let parts = 0;
  for await (const payload of payloadsOf(response)) parts += Object.keys(payload).length > 0 ? 1 : 0;
  return parts;
}

function namesBelow(spans: readonly SentSpan[], parent: SentSpan | undefined): string[] {
  const below = spans.filter(({ parentSpanId }) => parentSpanId === parent?.spanId);
  return below.map(({ name }) => name).sort();
}

describe('spans of an answer in parts', () => {
  test('are one of its execution, which its fetches are part of, and one of each shaping', async () => {
    const { shop, spans } = await traced();
    expect(await readAll(await shop.router.post({ query: late }, { headers }))).toBe(2);
    const sent = await spans();
    const operation = sent.find(({ name }) => name === 'query');
    expect(namesBelow(sent, operation)).toEqual([
      'graphql.execute',
      'graphql.plan',
      'graphql.shape',
      'graphql.shape',
      'graphql.validate',
    ]);
    const execute = sent.find(({ name }) => name === 'graphql.execute');
    const fetches = sent.filter(({ kind }) => kind === 3);
    expect(fetches.map(({ parentSpanId }) => parentSpanId)).toEqual([execute?.spanId, execute?.spanId]);
    // It lasts as long as there is something to fetch.
    const [end = 0n, ...ends] = [execute, ...fetches].map((span) => BigInt(span?.endTimeUnixNano ?? 0));
    expect(ends.filter((fetchEnd) => fetchEnd > end)).toEqual([]);
    expect(operation?.status?.code ?? 0).toBe(0);
  });

  test('say that a part has an error', async () => {
    const { shop, spans } = await traced();
    await readAll(await shop.router.post({ query: late.replace('"1"', '"3"') }, { headers }));
    expect((await spans()).find(({ name }) => name === 'query')?.status?.code).toBe(2);
  });

  test('end where the client leaves before the last part', async () => {
    const { shop, spans } = await traced();
    shop.reviewsGate.close();
    const client = new AbortController();
    const response = await shop.router.post({ query: late }, { headers, signal: client.signal });
    await payloadsOf(response).next();
    client.abort();
    await expect.poll(() => shop.reviews.abandoned()).toBe(1);
    const sent = await spans();
    expect(sent.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['POST /graphql', 'query', 'graphql.execute']),
    );
  });

  test('are those of one operation where nothing is deferred after all', async () => {
    const { shop, spans } = await traced();
    const query = 'query ($later: Boolean!) { product(id: "1") { id ... @defer(if: $later) { rating } } }';
    await shop.router.post({ query, variables: { later: false } }, { headers });
    const sent = await spans();
    const operations = sent.filter(({ name }) => name === 'query');
    expect(operations).toHaveLength(1);
    expect(namesBelow(sent, operations[0])).toEqual(
      expect.arrayContaining(['graphql.execute', 'graphql.plan', 'graphql.shape', 'graphql.validate']),
    );
  });
});

test('metrics count the time of all parts, and timings tell what had passed at the first', async () => {
  const shop = await startDeferredShop(
    cleanup,
    `telemetry: { exporters: { metrics: {
      common: { operation_names: [Late] }, prometheus: { enabled: true, listen: "127.0.0.1:0" }
    } } }`,
  );
  shop.reviewsGate.close();
  const response = await shop.router.post({ query: `query Late ${late}` }, { headers });
  expect(response.headers.get('server-timing')).toMatch(/plan;dur=.*, execute;dur=.*, shape;dur=.*, total/);
  const executed = /execute;dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '')?.[1];
  const payloads = payloadsOf(response);
  await payloads.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  shop.reviewsGate.open();
  await payloads.next();
  expect((await payloads.next()).done).toBe(true);
  await expect.poll(async () => (await metricsOf(shop)).get('http_server_active_requests')).toBe(0);
  const metrics = await metricsOf(shop);
  const stage = (name: string, what: string) =>
    metrics.get(`selvedge_router_stage_duration_seconds_${what}{stage="${name}"}`) ?? 0;
  for (const name of ['validate', 'plan', 'execute', 'shape']) expect(stage(name, 'count'), name).toBe(1);
  // The gate was closed for so long, and it was waited for.
  expect(stage('execute', 'sum')).toBeGreaterThan(Number(executed) / 1_000 + 0.09);
  const operation = 'selvedge_router_operation_duration_seconds';
  expect(metrics.get(`${operation}_count{graphql_operation_name="Late"}`)).toBe(1);
  expect(metrics.get(`${operation}_sum{graphql_operation_name="Late"}`)).toBeGreaterThan(0.09);
});
