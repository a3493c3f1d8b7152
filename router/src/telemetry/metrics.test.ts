/** What Prometheus reads, that its labels stay few, and what clients in development are told. */
import { json, startStubSubgraph, status, type StubSubgraph } from '@selvedge/testkit';
import { AggregatorRegistry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';
import { RouterMetrics } from './router-metrics.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const served = 'prometheus: { enabled: true, listen: "127.0.0.1:0" }';

async function start(
  metrics: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ one: StubSubgraph; two: StubSubgraph; router: TestRouter }> {
  const one = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const two = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const item = { __typename: 'Item', id: '1' };
  one.behave(json({ data: { items: [item, item, { ...item, id: '2' }] } }));
  two.behave(json({ data: { _entities: [{ price: 1 }, { price: 2 }] } }));
  const sdl = compose([
    {
      name: 'one',
      url: one.url,
      typeDefs: 'type Query { items: [Item] } type Item @key(fields: "id") { id: ID! }',
    },
    { name: 'two', url: two.url, typeDefs: 'type Item @key(fields: "id") { id: ID! price: Int }' },
  ]);
  const yaml = `telemetry: { exporters: { metrics: { ${metrics} } } }`;
  const router = await cleanup.add(startTestRouter({ sdl, yaml, env }), (started) => started.close(0));
  return { one, two, router };
}

/** Value by name and labels. */
async function scrape(router: TestRouter): Promise<ReadonlyMap<string, number>> {
  expect(router.metricsUrl).not.toBeNull();
  const response = await fetch(router.metricsUrl ?? '');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return valuesOf(await response.text());
}

function valuesOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const space = line.lastIndexOf(' ');
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
  );
}

const query = '{ items { id price } }';

describe('Prometheus', () => {
  test('reads requests, stages, fetches, representations and plans', async () => {
    const { router } = await start(served);
    await router.query(query);
    await router.query(query);
    const values = await scrape(router);
    const count = (name: string, labels: string) => values.get(`${name}_count{${labels}}`);
    expect(
      count(
        'http_server_request_duration_seconds',
        'http_request_method="POST",http_response_status_code="200"',
      ),
    ).toBe(2);
    expect(values.get('http_server_active_requests')).toBe(0);
    for (const stage of ['validate', 'plan', 'execute', 'shape'])
      expect(count('selvedge_router_stage_duration_seconds', `stage="${stage}"`), stage).toBe(2);
    // The second time, it is known.
    expect(count('selvedge_router_stage_duration_seconds', 'stage="parse"')).toBe(1);
    const two = 'subgraph_name="two"';
    expect(count('http_client_request_duration_seconds', two)).toBe(2);
    expect(values.get(`http_client_active_requests{${two}}`)).toBe(0);
    expect(values.get(`selvedge_router_representations_asked_total{${two}}`)).toBe(4);
    expect(values.get(`selvedge_router_representations_sent_total{${two}}`)).toBe(4);
    expect(values.get(`selvedge_router_fetch_callers_bucket{le="1",${two}}`)).toBe(2);
    expect(values.get(`selvedge_router_fetch_operations_sum{${two}}`)).toBe(2);
    expect(values.get('selvedge_router_plan_cache_misses_total')).toBe(1);
    expect(values.get('selvedge_router_plan_cache_plans')).toBe(1);
    expect(values.get('selvedge_router_plan_cache_bytes')).toBeGreaterThan(0);
    expect(values.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  test('reads errors by their codes, and those of subgraphs as the one that they are for us', async () => {
    const { router, one } = await start(served);
    one.behaveOnce(status(500));
    await router.query(query);
    await router.query('{ nope }');
    one.behaveOnce(json({ errors: [{ message: 'no', extensions: { code: 'ANYTHING_AT_ALL' } }] }));
    await router.query(query);
    const values = await scrape(router);
    const errors = [...values].filter(([name]) => name.startsWith('selvedge_router_request_errors_total'));
    expect(Object.fromEntries(errors)).toEqual({
      'selvedge_router_request_errors_total{code="SUBREQUEST_HTTP_ERROR"}': 1,
      'selvedge_router_request_errors_total{code="GRAPHQL_VALIDATION_FAILED"}': 1,
      'selvedge_router_request_errors_total{code="other"}': 1,
    });
    const failed = 'subgraph_name="one",error_type="SUBREQUEST_HTTP_ERROR"';
    expect(values.get(`http_client_request_duration_seconds_count{${failed}}`)).toBe(1);
  });

  test('has as many series after a thousand operation names as after one, and those that are listed', async () => {
    const { router } = await start(`common: { operation_names: [Listed] }, ${served}`);
    const before = async (names: readonly string[]) => {
      for (const name of names) await router.query(`query ${name} ${query}`);
      return [...(await scrape(router)).keys()].filter((name) => name.includes('operation'));
    };
    const few = await before(['Listed', 'Some']);
    const many = await before(Array.from({ length: 100 }, (_, index) => `Name${index}`));
    expect(many).toEqual(few);
    const labels = new Set(many.flatMap((name) => /graphql_operation_name="([^"]*)"/.exec(name)?.[1] ?? []));
    expect(labels).toEqual(new Set(['Listed', 'other']));
  });

  test('finds no operation name where none is listed', async () => {
    const { router } = await start(served);
    await router.query(`query Mine ${query}`);
    expect([...(await scrape(router)).keys()].join('\n')).not.toMatch(/operation_name|Mine/);
  });

  test('is answered on its own path and address only', async () => {
    const { router } = await start(served);
    const { origin } = new URL(router.metricsUrl ?? '');
    expect((await fetch(`${origin}/graphql`)).status).toBe(404);
    expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${router.url}/metrics`)).status).toBe(404);
  });

  test('finds nothing unless it is enabled', async () => {
    const { router } = await start('common: {}');
    expect(router.metricsUrl).toBeNull();
    expect(router.metricsRegistry).toBeNull();
  });
});

test('several processes add up', async () => {
  const registries = [1, 2].map((requests) => {
    const metrics = new RouterMetrics({ buckets: [0.1, 1], operation_names: [] });
    for (let n = 0; n < requests; n += 1) metrics.request('POST', 200, new Set(['FORBIDDEN']), 500);
    return metrics.registry;
  });
  const collected = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
  const sent = JSON.parse(JSON.stringify(collected)) as typeof collected;
  const values = valuesOf(await AggregatorRegistry.aggregate(sent).metrics());
  const labels = 'http_request_method="POST",http_response_status_code="200"';
  expect(values.get(`http_server_request_duration_seconds_count{${labels}}`)).toBe(3);
  expect(values.get(`http_server_request_duration_seconds_bucket{le="0.1",${labels}}`)).toBe(0);
  expect(values.get(`http_server_request_duration_seconds_bucket{le="1",${labels}}`)).toBe(3);
  expect(values.get(`http_server_request_duration_seconds_sum{${labels}}`)).toBe(1.5);
  expect(values.get('selvedge_router_request_errors_total{code="FORBIDDEN"}')).toBe(3);
});

describe('in development', () => {
  const asking = { headers: { 'apollo-expose-query-plan': 'true' } };

  test('an answer says how long its stages took', async () => {
    const { router } = await start('common: {}');
    for (const stages of [/^parse;dur=[\d.]+, validate;dur=/, /^validate;dur=/]) {
      const timing = (await router.query(query)).headers.get('server-timing');
      expect(timing).toMatch(stages);
      expect(timing).toMatch(
        /validate;dur=[\d.]+, plan;dur=[\d.]+, execute;dur=[\d.]+, shape;dur=[\d.]+, total;dur=[\d.]+$/,
      );
    }
  });

  test('an answer has the plan for whoever asks, and for nobody else', async () => {
    const { router } = await start('common: {}');
    const asked = async (init?: RequestInit) => (await router.query(query, {}, init)).extensions;
    const [first, plain, again] = await Promise.all([asked(asking), asked(), asked(asking)]);
    const known = await asked(asking);
    // Equal requests share one answer, but not with those who ask for more.
    const together = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const extensions = await asked(index % 2 === 0 ? asking : undefined);
        return extensions?.['apolloQueryPlan'] !== undefined;
      }),
    );
    expect(together).toEqual(together.map((_, index) => index % 2 === 0));
    for (const extensions of [first, again, known]) {
      const plan = extensions?.['apolloQueryPlan'] as {
        object: { kind: string; node: unknown };
        text: string;
      };
      expect(plan.object.kind).toBe('QueryPlan');
      expect(plan.object.node).toMatchObject({ kind: 'Sequence' });
      expect(plan.text).toMatch(/^QueryPlan \{\n {2}Sequence \{\n {4}Fetch\(service: "one"\) \{/);
    }
    expect(plain).toBeUndefined();
    expect(await asked({ headers: { 'apollo-expose-query-plan': 'no' } })).toBeUndefined();
  });

  test('nor in production, unless it is configured', async () => {
    const env = { NODE_ENV: 'production' };
    const { router } = await start('common: {}', env);
    for (let time = 0; time < 2; time += 1) {
      const answer = await router.query(query, {}, asking);
      expect(answer.data).toEqual({ items: [1, 1, 2].map((price) => ({ id: String(price), price })) });
      expect(answer.extensions).toBeUndefined();
      expect(answer.headers.get('server-timing')).toBeNull();
    }
  });
});
