import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig, readConfig } from './load.js';
import { routerConfigSchema } from './schema.js';

function problemsOf(text: string, env: NodeJS.ProcessEnv = {}): readonly string[] {
  try {
    parseConfig(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('expected the configuration to be refused');
}

describe('router.yaml', () => {
  test('is optional: an empty file has all defaults', () => {
    const config = parseConfig('', {});
    expect(config.supergraph).toMatchObject({
      listen: { host: '127.0.0.1', port: 4000 },
      path: '/graphql',
      introspection: true,
      expose_query_plan: true,
    });
    expect(config.limits.http_max_request_bytes).toBe(2_000_000);
    expect(config.traffic_shaping.all.timeout).toBe(30_000);
    expect(config.headers).toEqual({ subgraphs: {} });
    expect(config.batching.subgraph.all.enabled).toBe(false);
    expect(config.client_cache).toBeUndefined();
  });

  test('shows nothing of the schema, and allows no origin, in production', () => {
    const config = parseConfig('', { NODE_ENV: 'production' });
    expect(config.supergraph.introspection).toBe(false);
    expect(config.supergraph.expose_query_plan).toBe(false);
    expect(config.telemetry.server_timing).toBe(false);
    expect(config.cors.origins).toEqual([]);
    expect(parseConfig('', {}).cors.origins).toEqual(['https://studio.apollographql.com']);
  });

  test('reads durations and addresses as Apollo Router writes them', () => {
    const config = parseConfig(
      `
      supergraph: { listen: "[::1]:5000" }
      traffic_shaping: { all: { timeout: 500ms }, subgraphs: { reviews: { timeout: 1m30s } } }
      `,
      {},
    );
    expect(config.supergraph.listen).toEqual({ host: '::1', port: 5000 });
    expect(config.traffic_shaping.all.timeout).toBe(500);
    expect(config.traffic_shaping.subgraphs['reviews']?.timeout).toBe(90_000);
  });

  test.each([
    [
      'supergraph: { introspect: { subgraphs: {} } }',
      '`supergraph.introspect.subgraphs`: expected at least one subgraph',
    ],
    [
      'supergraph: { introspect: { subgraphs: { one: "nowhere" } } }',
      '`supergraph.introspect.subgraphs.one`: expected a URL such as "http://127.0.0.1:4001/graphql" but got "nowhere"',
    ],
    [
      'supergraph: { listn: "127.0.0.1:1" }',
      'unknown key `supergraph.listn`, did you mean `supergraph.listen`?',
    ],
    ['suprgraph: {}', 'unknown key `suprgraph`, did you mean `supergraph`?'],
    [
      'headers: { subgraphs: { reviews: { requests: [] } } }',
      'unknown key `headers.subgraphs.reviews.requests`, did you mean `headers.subgraphs.reviews.request`?',
    ],
    [
      'headers: { all: { request: [{ propagate: { name: x } }] } }',
      'unknown key `headers.all.request[0].propagate.name`, did you mean `headers.all.request[0].propagate.named`?',
    ],
    ['sandbox: {}', /^unknown key `sandbox`; known here: supergraph, override, headers, /],
    [
      'traffic_shaping: { all: { timeout: soon } }',
      '`traffic_shaping.all.timeout`: expected a duration such as "30s" or "500ms" but got "soon"',
    ],
    [
      'traffic_shaping: { all: { timeout: 30 } }',
      '`traffic_shaping.all.timeout`: expected a string but got 30',
    ],
    [
      'supergraph: { introspection: "yes" }',
      '`supergraph.introspection`: expected true or false but got "yes"',
    ],
    ['limits: { max_depth: 0 }', '`limits.max_depth`: expected more than 0 but got 0'],
    [
      'demand_control: { mode: block }',
      '`demand_control.mode`: expected "measure" or "enforce" but got "block"',
    ],
    [
      'override_subgraph_url: { reviews: "localhost:4001" }',
      '`override_subgraph_url.reviews`: expected a URL such as "http://127.0.0.1:4001/graphql" but got "localhost:4001"',
    ],
    ['cors: [1]', '`cors`: expected a mapping but got a list'],
    ['client_cache: {}', '`client_cache.max_age`: expected a string but it is missing'],
    [
      'headers: { all: { request: [{ propagate: { named: Content-Length } }] } }',
      /^`headers\.all\.request\[0\]\.propagate\.named`: expected a header that may cross the router but got "content-length"/,
    ],
    [
      'headers: { all: { request: [{ propagate: { named: a }, remove: { named: b } }] } }',
      '`headers.all.request[0]`: expected exactly one of `propagate`, `insert` and `remove`',
    ],
    [
      'headers: { all: { request: [{ propagate: { matching: "(" } }] } }',
      '`headers.all.request[0].propagate.matching`: expected a regular expression but got "("',
    ],
    [
      'cors: { allow_any_origin: true, allow_credentials: true }',
      '`cors`: expected `allow_credentials` with a list of `origins` but got it with `allow_any_origin`',
    ],
    [
      'supergraph: { path: graphql }',
      '`supergraph.path`: expected a path that starts with "/" but got "graphql"',
    ],
    [
      'telemetry: { exporters: { tracing: { common: { sampler: 2 } } } }',
      '`telemetry.exporters.tracing.common.sampler`: expected at most 1 but got 2',
    ],
    [
      'telemetry: { exporters: { metrics: { common: { buckets: [1, 0.5] } } } }',
      '`telemetry.exporters.metrics.common.buckets`: expected upper bounds in ascending order',
    ],
    ['- a', 'the file: expected a mapping but got a list'],
  ])('refuses %s', (text, problem) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test('reports every problem at once', () => {
    const problems = problemsOf(
      'supergraph: { listn: x }\nlimits: { max_depth: many }\ncors: { max_age: "${env.AGE}" }',
    );
    expect([...problems].sort()).toEqual([
      '`cors.max_age`: expected the environment variable AGE but it is not set',
      '`limits.max_depth`: expected a number but got "many"',
      'unknown key `supergraph.listn`, did you mean `supergraph.listen`?',
    ]);
  });

  test('says where the YAML breaks', () => {
    expect(problemsOf('supergraph: {')[0]).toMatch(/at line 1/);
  });

  test('takes values from the environment, with a default', () => {
    const config = parseConfig(
      `
      supergraph: { listen: "\${env.HOST:-127.0.0.1}:\${env.PORT:-4000}", introspection: "\${env.INTROSPECTION}" }
      limits: { max_depth: "\${env.DEPTH:-12}" }
      `,
      { HOST: '0.0.0.0', INTROSPECTION: 'false' },
    );
    expect(config.supergraph.listen).toEqual({ host: '0.0.0.0', port: 4000 });
    expect(config.supergraph.introspection).toBe(false);
    expect(config.limits.max_depth).toBe(12);
  });

  test('takes values from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'router-yaml-'));
    try {
      const path = join(folder, 'ca.pem');
      writeFileSync(path, '-----BEGIN CERTIFICATE-----\nabc\n');
      const ca = (at: string) => `tls: { subgraph: { all: { certificate_authorities: "\${file.${at}}" } } }`;
      expect(parseConfig(ca(path), {}).tls.subgraph.all).toEqual({
        certificate_authorities: '-----BEGIN CERTIFICATE-----\nabc',
      });
      expect(problemsOf(ca('/nowhere/ca.pem'))[0]).toBe(
        '`tls.subgraph.all.certificate_authorities`: expected a file at /nowhere/ca.pem but reading it gave ENOENT',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('never repeats the password of a URL', () => {
    const [problem] = problemsOf(
      'apq: { router: { cache: { redis: { urls: ["http://user:secret@localhost"] } } } }',
    );
    expect(problem).toMatch(/^`apq\.router\.cache\.redis\.urls\[0\]`: expected a URL such as "redis:/);
    expect(problem).not.toContain('secret');
  });

  test('the page that documents it shows all keys there are, and every default', () => {
    const page = readFileSync(new URL('../../../docs/router.md', import.meta.url), 'utf8');
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const shown = parseConfig(yaml, {});
    const defaults = parseConfig('', {});
    const withoutExamples = {
      ...shown,
      headers: defaults.headers,
      cors: { ...shown.cors, origins: defaults.cors.origins },
      override_subgraph_url: {},
      traffic_shaping: { ...shown.traffic_shaping, subgraphs: {} },
      batching: { ...shown.batching, subgraph: { ...shown.batching.subgraph, subgraphs: {} } },
      include_subgraph_errors: { ...shown.include_subgraph_errors, subgraphs: {} },
    };
    expect(withoutExamples).toEqual(defaults);
    for (const key of Object.keys(routerConfigSchema(true).shape)) expect(yaml).toContain(`${key}:`);
  });

  test('a file that is not there is one clear sentence', () => {
    expect(() => readConfig('/nowhere/router.yaml', {})).toThrow(/no such file/);
  });
});
