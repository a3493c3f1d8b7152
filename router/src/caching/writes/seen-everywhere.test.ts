/** What makes a cache that several routers share right after a write: on a real Redis, and with a router that dies of SIGKILL. */
import { redisAvailable, startRedis } from '@selvedge/testkit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startCountingSubgraph, type CountingSubgraph } from '../../testing/counting-subgraph.js';
import { startWire } from '../../testing/cuttable-wire.js';
import { builtRouter, launchRouter, listening } from '../../testing/router-process.js';
import { Cleanup, startTestRouter, type TestRouter } from '../../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const read = '{ counter { at } }';
const write = 'mutation { count }';

/** @param redisUrl undefined: the router keeps what it caches for itself */
function yamlWith(redisUrl: string | undefined, more = ''): string {
  const redis = redisUrl === undefined ? '' : `redis: { urls: ["${redisUrl}"], timeout: 1s }`;
  return `
response_cache: { enabled: true, ${more} subgraph: { all: { ${redis} } } }
traffic_shaping: { all: { timeout: 2s } }
`;
}

function start(sdl: string, yaml: string): Promise<TestRouter> {
  return cleanup.add(startTestRouter({ sdl, yaml }), (router) => router.close(0));
}

/** @returns the value, and what the cache did for it */
async function look(router: TestRouter): Promise<{ at: unknown; report: string }> {
  const { data, errors, headers } = await router.query(read);
  expect(errors).toBeUndefined();
  const counter = data?.['counter'] as { at: unknown };
  return { at: counter.at, report: headers.get('x-selvedge-cache') ?? '' };
}

/** Asks until it is served without the subgraph. */
async function warm(subgraph: CountingSubgraph, ...routers: readonly TestRouter[]): Promise<void> {
  for (const router of routers) {
    await vi.waitFor(
      async () => {
        const before = subgraph.reads();
        await look(router);
        expect(subgraph.reads()).toBe(before);
      },
      { timeout: 10_000, interval: 20 },
    );
  }
}

/** @returns how often B showed what was there before a write that A had acknowledged */
async function staleReads(subgraph: CountingSubgraph, a: TestRouter, b: TestRouter): Promise<number> {
  let stale = 0;
  for (let round = 1; round <= 10; round += 1) {
    await warm(subgraph, a, b);
    const { data } = await a.query(write);
    const [other, own] = [await look(b), await look(a)];
    if (other.at !== data?.['count'] || own.at !== data?.['count']) stale += 1;
  }
  return stale;
}

describe.skipIf(!redisAvailable())('with a Redis between them', () => {
  test('what one router has acknowledged, the other shows at once, however warm it is', async () => {
    const redis = await cleanup.add(startRedis(), (started) => started.stop());
    const subgraph = await startCountingSubgraph(cleanup);
    const yaml = yamlWith(redis.url);
    const [a, b] = [await start(subgraph.sdl, yaml), await start(subgraph.sdl, yaml)];
    expect(await staleReads(subgraph, a, b)).toBe(0);
  });

  test('and that is seen to be wrong where each keeps what it caches for itself', async () => {
    const subgraph = await startCountingSubgraph(cleanup);
    const yaml = yamlWith(undefined);
    const [a, b] = [await start(subgraph.sdl, yaml), await start(subgraph.sdl, yaml)];
    expect(await staleReads(subgraph, a, b)).toBeGreaterThan(0);
  });

  test('a subgraph that does not say what it wrote costs the cache of all its data, and is right', async () => {
    const redis = await cleanup.add(startRedis(), (started) => started.stop());
    const subgraph = await startCountingSubgraph(cleanup);
    const yaml = yamlWith(redis.url);
    const [a, b] = [await start(subgraph.sdl, yaml), await start(subgraph.sdl, yaml)];
    await warm(subgraph, a, b);
    subgraph.tell('nothing');
    await a.query(write);
    subgraph.tell('as the kit does');
    expect((await look(b)).at).toBe(1);
  });

  test('a write that was lost on its way back is never hidden by what was cached before', async () => {
    const redis = await cleanup.add(startRedis(), (started) => started.stop());
    const subgraph = await startCountingSubgraph(cleanup);
    const yaml = yamlWith(redis.url);
    const [a, b] = [await start(subgraph.sdl, yaml), await start(subgraph.sdl, yaml)];
    await warm(subgraph, a, b);
    const held = subgraph.holdAfterCommit();
    const answer = a.query(write);
    (await held).lose();
    expect((await answer).errors?.[0]?.extensions['code']).toBe('SUBREQUEST_HTTP_ERROR');
    const seen = await look(b);
    expect([seen.at, seen.report]).toEqual([1, expect.stringContaining('bypassed')]);
    await warm(subgraph, a, b);
    expect([(await look(a)).at, (await look(b)).at]).toEqual([1, 1]);
  });

  test(
    'a router that is killed in the middle of a mutation leaves word of it',
    { timeout: 120_000 },
    async () => {
      const redis = await cleanup.add(startRedis(), (started) => started.stop());
      const subgraph = await startCountingSubgraph(cleanup);
      const yaml = yamlWith(redis.url);
      const folder = await cleanup.add(mkdtemp(join(tmpdir(), 'router-')), (made) =>
        rm(made, { recursive: true }),
      );
      await writeFile(join(folder, 'router.yaml'), yaml);
      await writeFile(join(folder, 'supergraph.graphql'), subgraph.sdl);
      const process = launchRouter(await builtRouter(), cleanup, [
        ...['--supergraph', join(folder, 'supergraph.graphql')],
        ...['--config', join(folder, 'router.yaml'), '--port', '0'],
      ]);
      const url = await listening(process);
      const b = await start(subgraph.sdl, yaml);
      await warm(subgraph, b);
      const held = subgraph.holdBeforeCommit();
      const answer = fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: write }),
      });
      answer.catch(() => undefined);
      const mutation = await held;
      process.child.kill('SIGKILL');
      await process.exit;
      await expect(answer).rejects.toThrow();
      // Nobody knows what will come of it; before long, nobody serves what it may change.
      await vi.waitFor(
        async () => {
          expect((await look(b)).report).toContain('bypassed');
        },
        { timeout: 10_000, interval: 50 },
      );
      mutation.release();
      await vi.waitFor(() => {
        expect(subgraph.value()).toBe(1);
      });
      expect((await look(b)).at).toBe(1);
      // From the moment that entries count again, none is from before.
      await warm(subgraph, b);
      expect((await look(b)).at).toBe(1);
    },
  );
});

describe.skipIf(!redisAvailable())('a router that is cut off from Redis', () => {
  async function startCut(mode: 'available' | 'strict') {
    const redis = await cleanup.add(startRedis(), (started) => started.stop());
    const wire = await cleanup.add(startWire(Number(new URL(redis.url).port)), (started) => started.stop());
    const subgraph = await startCountingSubgraph(cleanup);
    const cut = await start(subgraph.sdl, yamlWith(`redis://127.0.0.1:${wire.port}`, `mode: ${mode},`));
    const other = await start(subgraph.sdl, yamlWith(redis.url));
    await warm(subgraph, cut, other);
    return { wire, subgraph, cut, other };
  }

  test('changes nothing in mode strict', async () => {
    const { wire, subgraph, cut } = await startCut('strict');
    wire.cut();
    const { data, errors } = await cut.query(write);
    expect(data).toEqual({ count: null });
    expect(errors?.[0]?.extensions['code']).toBe('CACHE_UNAVAILABLE');
    expect(subgraph.value()).toBe(0);
    expect((await look(cut)).at).toBe(0);
    wire.mend();
    await vi.waitFor(
      async () => {
        expect((await cut.query(write)).errors).toBeUndefined();
      },
      { timeout: 10_000, interval: 100 },
    );
  });

  test('says in mode available what it could not confirm, serves nothing itself, and makes up for it later', async () => {
    const { wire, subgraph, cut, other } = await startCut('available');
    wire.cut();
    const { data, extensions } = await cut.query(write);
    expect(data).toEqual({ count: 1 });
    expect(extensions).toEqual({ cache: { unconfirmed: true } });
    expect((await look(cut)).at).toBe(1);
    // The exception that `unconfirmed` tells of.
    expect((await look(other)).at).toBe(0);
    wire.mend();
    await vi.waitFor(
      async () => {
        expect((await look(other)).at).toBe(1);
      },
      { timeout: 10_000, interval: 50 },
    );
    await warm(subgraph, other);
    expect((await look(other)).at).toBe(1);
  });

  test('between sending and settling, answers when everybody else passes by what was there', async () => {
    const { wire, subgraph, cut, other } = await startCut('available');
    const held = subgraph.holdAfterCommit();
    const answer = cut.query(write);
    const mutation = await held;
    wire.cut();
    mutation.release();
    const { data, extensions } = await answer;
    const seen = await look(other);
    expect([data, extensions]).toEqual([{ count: 1 }, undefined]);
    expect(seen.at).toBe(1);
  });
});
