import { redisAvailable, startRedis } from '@selvedge/testkit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startCountingSubgraph } from '../../testing/counting-subgraph.js';
import { builtRouter, launchRouter, listening, type RouterProcess } from '../../testing/router-process.js';
import { Cleanup, startTestRouter } from '../../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const read = '{ counter { at } }';

function yamlWith(listen: string, more = ''): string {
  return `
response_cache:
  enabled: true
  invalidation: { listen: "${listen}" }
  subgraph: { all: { invalidation: { shared_key: secret } ${more} } }
telemetry: { exporters: { metrics: { prometheus: { enabled: true, listen: "127.0.0.1:0" } } } }
`;
}

function invalidate(url: string, key = 'secret'): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: key, 'content-type': 'application/json' },
    body: JSON.stringify([{ kind: 'cache_tag', subgraphs: ['counting'], cache_tag: 'counters:id=1' }]),
  });
}

async function ask(endpoint: string): Promise<{ at: number; report: string }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: read }),
  });
  const { data } = (await response.json()) as { data: { counter: { at: number } } };
  return { at: data.counter.at, report: response.headers.get('x-selvedge-cache') ?? '' };
}

/** Asks until it is served from what is kept. */
async function warm(endpoint: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect((await ask(endpoint)).report).toMatch(/\b1 hit\b/);
    },
    { timeout: 10_000, interval: 20 },
  );
}

describe('a write around the router that somebody tells of', () => {
  test.each([
    ['at an address of its own', '127.0.0.1:0'],
    ['at a path of the router', '127.0.0.1:4000'],
  ])('is seen at once: %s', async (_, listen) => {
    const subgraph = await startCountingSubgraph(cleanup);
    const router = await cleanup.add(
      startTestRouter({ sdl: subgraph.sdl, yaml: yamlWith(listen) }),
      (started) => started.close(0),
    );
    await warm(router.endpoint);
    subgraph.writeDirectly();
    expect((await ask(router.endpoint)).at).toBe(0);
    const response = await invalidate(router.invalidationUrl ?? `${router.url}/invalidation`);
    expect(response.status).toBe(202);
    const seen = await ask(router.endpoint);
    expect(seen.at).toBe(1);
    expect(seen.report).toContain('fenced');
    const metrics = await (await fetch(router.metricsUrl ?? '')).text();
    expect(metrics).toContain('selvedge_cache_invalidation_requests_total{outcome="done"} 1');
    expect(metrics).toMatch(/selvedge_cache_hits_total\{.*kind="answer"\} [1-9]/);
  });

  test('a router without an endpoint, or without a cache, has none', async () => {
    const subgraph = await startCountingSubgraph(cleanup);
    const router = await cleanup.add(
      startTestRouter({
        sdl: subgraph.sdl,
        yaml: yamlWith('127.0.0.1:0').replace('enabled: true', 'enabled: false'),
      }),
      (started) => started.close(0),
    );
    expect(router.invalidationUrl).toBeNull();
    expect((await invalidate(`${router.url}/invalidation`)).status).toBe(404);
    expect((await ask(router.endpoint)).report).toBe('');
  });
});

describe('several workers', { timeout: 120_000 }, () => {
  async function launch(yaml: string) {
    const subgraph = await startCountingSubgraph(cleanup);
    const folder = await cleanup.add(mkdtemp(join(tmpdir(), 'router-')), (made) =>
      rm(made, { recursive: true }),
    );
    await writeFile(join(folder, 'router.yaml'), yaml);
    await writeFile(join(folder, 'supergraph.graphql'), subgraph.sdl);
    const process = launchRouter(await builtRouter(), cleanup, [
      ...['--supergraph', join(folder, 'supergraph.graphql'), '--workers', '2'],
      ...['--config', join(folder, 'router.yaml'), '--port', '0'],
    ]);
    const endpoint = `${await listening(process)}/graphql`;
    const reconfigure = async (next: string) => {
      await writeFile(join(folder, 'router.yaml'), next);
      process.child.kill('SIGHUP');
    };
    return { subgraph, process, endpoint, reconfigure };
  }

  function urlIn({ output }: RouterProcess, message: string): string {
    const lines = output.stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    const parsed = lines.map((line) => JSON.parse(line) as { msg: string; url?: string });
    return parsed.find(({ msg }) => msg === message)?.url ?? '';
  }

  function saysInLog({ output }: RouterProcess, text: string): Promise<void> {
    return vi.waitFor(
      () => {
        expect(output.stdout).toContain(text);
      },
      { timeout: 60_000 },
    );
  }

  test('keep nothing without a Redis, and say so once', async () => {
    const { process, endpoint } = await launch(yamlWith('127.0.0.1:0'));
    await ask(endpoint);
    expect((await ask(endpoint)).report).toBe('');
    expect(process.output.stdout.match(/nothing is cached/g)).toHaveLength(1);
  });

  test.skipIf(!redisAvailable())('have one endpoint between them, of the primary', async () => {
    const redis = await cleanup.add(startRedis(), (started) => started.stop());
    const yaml = yamlWith('127.0.0.1:0', `, redis: { urls: ["${redis.url}"], timeout: 1s }`);
    const { subgraph, process, endpoint } = await launch(yaml);
    const url = urlIn(process, 'invalidations');
    let fences = 0;
    for (let round = 1; round <= 5; round += 1) {
      await warm(endpoint);
      await warm(endpoint);
      subgraph.writeDirectly();
      const told = await invalidate(url);
      expect(told.status).toBe(202);
      fences += ((await told.json()) as { count: number }).count;
      // Whoever of them is asked.
      expect((await Promise.all([ask(endpoint), ask(endpoint), ask(endpoint)])).map(({ at }) => at)).toEqual([
        round,
        round,
        round,
      ]);
    }
    const metrics = await (await fetch(urlIn(process, 'metrics of all workers'))).text();
    expect(metrics).toContain('selvedge_cache_invalidation_requests_total{outcome="done"} 5');
    expect(metrics).toContain(`selvedge_cache_invalidation_fences_total ${fences}\n`);
    // Each metric is described once, whoever counts it.
    expect(metrics.match(/^# HELP selvedge_cache_invalidation_requests_total/gm)).toHaveLength(1);
    process.child.kill('SIGTERM');
    expect(await process.exit).toBe(0);
  });

  test.skipIf(!redisAvailable())('have the shared keys of the configuration that they have', async () => {
    const redis = await cleanup.add(startRedis(), (started) => started.stop());
    const yaml = yamlWith('127.0.0.1:0', `, redis: { urls: ["${redis.url}"], timeout: 1s }`);
    const { subgraph, process, endpoint, reconfigure } = await launch(yaml);
    const url = urlIn(process, 'invalidations');
    // One that no worker takes changes nothing.
    await reconfigure(yaml.replace('shared_key: secret', 'shared_key: newer').replace('enabled', 'enabeld'));
    await saysInLog(process, 'the new configuration is refused');
    expect((await invalidate(url)).status).toBe(202);
    expect((await invalidate(url, 'newer')).status).toBe(401);
    await reconfigure(yaml.replace('shared_key: secret', 'shared_key: newer'));
    await saysInLog(process, 'all workers are replaced');
    await vi.waitFor(async () => {
      expect((await invalidate(url)).status).toBe(401);
    });
    await warm(endpoint);
    subgraph.writeDirectly();
    expect((await invalidate(url, 'newer')).status).toBe(202);
    expect((await ask(endpoint)).at).toBe(1);
  });

  test.skipIf(!redisAvailable())(
    'are not replaced by ones that keep something else, or elsewhere',
    async () => {
      const redis = await cleanup.add(startRedis(), (started) => started.stop());
      const yaml = yamlWith('127.0.0.1:0', `, redis: { urls: ["${redis.url}"], timeout: 1s }`);
      const { process, reconfigure } = await launch(yaml);
      const others = [
        yaml.replace(redis.url, 'redis://127.0.0.1:1'),
        yaml.replace('enabled: true', 'enabled: false'),
      ];
      for (const [index, other] of others.entries()) {
        expect(other).not.toBe(yaml);
        await reconfigure(other);
        await vi.waitFor(
          () => {
            const refusals = process.output.stdout.split(
              'expected `response_cache` to be on for the same',
            ).length;
            expect(refusals - 1).toBe(index + 1);
          },
          { timeout: 60_000 },
        );
      }
      expect(process.output.stdout).not.toContain('all workers are replaced');
      expect((await invalidate(urlIn(process, 'invalidations'))).status).toBe(202);
    },
  );
});
