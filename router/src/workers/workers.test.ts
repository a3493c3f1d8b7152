/** Several processes on one port: what becomes of requests while supergraphs, configurations and workers come and go. */
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json, startStubSubgraph, type StubSubgraph } from '@selvedge/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { Hammer, postOnce, type HammerOptions } from '../testing/hammer.js';
import { builtRouter, launchRouter, listening, type RouterProcess } from '../testing/router-process.js';
import { Cleanup } from '../testing/test-router.js';

// Processes start, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000 });

const folder = mkdtempSync(join(tmpdir(), 'router-workers-'));
const supergraph = join(folder, 'supergraph.graphql');
const yaml = join(folder, 'router.yaml');
const cleanup = new Cleanup();
let bundle = '';
let stub: StubSubgraph;

beforeAll(async () => {
  bundle = await builtRouter();
});
beforeEach(async () => {
  stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  stub.behave(json({ data: { a: 1 } }));
  writeSupergraph('type Query { a: Int }');
  writeFileSync(yaml, '');
});
afterEach(() => cleanup.run());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function writeSupergraph(typeDefs: string): void {
  writeFileSync(`${supergraph}.new`, compose([{ name: 'one', url: stub.url, typeDefs }]));
  renameSync(`${supergraph}.new`, supergraph);
}

async function start(workers = 2): Promise<{ router: RouterProcess; url: string }> {
  const args = ['--supergraph', supergraph, '--config', yaml, '--port', '0', '--workers', String(workers)];
  const router = launchRouter(bundle, cleanup, args);
  const url = await listening(router);
  await cleanup.add(router, () => killAll(workersOf(router)));
  return { router, url };
}

function hammer(options: Pick<HammerOptions, 'url' | 'keepAlive'> & Partial<HammerOptions>): Hammer {
  const made = new Hammer({ query: '{ a }', expected: '{"data":{"a":1}}', clients: 4, ...options });
  void cleanup.add(made, () => made.stop());
  return made;
}

function linesOf({ output }: RouterProcess): Record<string, unknown>[] {
  return output.stdout
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Their process ids, in the order in which they were ready; also of those that are no more. */
function workersOf(router: RouterProcess): number[] {
  return linesOf(router).flatMap(({ msg, pid }) => (msg === 'worker ready' ? [Number(pid)] : []));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function killAll(pids: number[]): Promise<void> {
  for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL');
  return Promise.resolve();
}

function soon(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000 });
}

async function saysInLog(router: RouterProcess, text: string, times = 1): Promise<void> {
  await vi.waitFor(
    () => {
      expect(linesOf(router).filter(({ msg }) => msg === text)).toHaveLength(times);
    },
    { timeout: 60_000 },
  );
}

/** When each has been answered that many times more. */
async function answers(hammers: Hammer[], more: number): Promise<void> {
  const before = hammers.map(({ answered }) => answered);
  await vi.waitFor(
    () => {
      hammers.forEach(({ answered }, index) => {
        expect(answered).toBeGreaterThanOrEqual((before[index] ?? 0) + more);
      });
    },
    { timeout: 20_000 },
  );
}

describe('a changed supergraph', () => {
  test('is taken by all workers, and no request is lost', async () => {
    const { router, url } = await start();
    expect(router.messages).toEqual([{ type: 'listening', url }, { type: 'ready' }]);
    const hammers = [true, false].map((keepAlive) => hammer({ url, keepAlive }));
    writeSupergraph('type Query { a: Int b: Int }');
    await saysInLog(router, 'supergraph loaded', 4);
    await answers(hammers, 10);
    await Promise.all(hammers.map((each) => each.stop()));
    expect(hammers.map(({ lost }) => lost)).toEqual([[], []]);
    stub.behave(json({ data: { b: 2 } }));
    const all = await Promise.all(Array.from({ length: 8 }, () => postOnce(url, '{ b }')));
    expect(new Set(all)).toEqual(new Set(['{"data":{"b":2}}']));
    expect(new Set(workersOf(router)).size).toBe(2);
  });

  test('that the first refuses is not offered to the others; one killed then comes back with the old', async () => {
    const { router, url } = await start();
    // Only who plans with it sees what is wrong with it.
    writeSupergraph('type Query { a: Int @authenticated }');
    await saysInLog(router, 'the changed supergraph is refused, the old one stays');
    process.kill(workersOf(router)[0] ?? 0, 'SIGKILL');
    await saysInLog(router, 'worker ready', 3);
    const all = await Promise.all(Array.from({ length: 8 }, () => postOnce(url, '{ a }')));
    expect(new Set(all)).toEqual(new Set(['{"data":{"a":1}}']));
    await saysInLog(router, 'the changed supergraph is refused, the old one stays', 1);
  });
});

describe('SIGHUP', () => {
  test('replaces all workers by ones with the new router.yaml, and no request is lost', async () => {
    const { router, url } = await start();
    const hammers = [true, false].map((keepAlive) => hammer({ url, keepAlive }));
    await answers(hammers, 20);
    writeFileSync(yaml, 'supergraph: { introspection: false }');
    router.child.kill('SIGHUP');
    await saysInLog(router, 'all workers are replaced');
    const [first = 0, second = 0, ...successors] = workersOf(router);
    expect(successors).toHaveLength(2);
    await vi.waitFor(
      () => {
        expect([first, second].filter(isAlive)).toEqual([]);
      },
      { timeout: 15_000 },
    );
    await Promise.all(hammers.map((each) => each.stop()));
    expect(hammers.map(({ lost }) => lost)).toEqual([[], []]);
    const all = await Promise.all(
      Array.from({ length: 8 }, () => postOnce(url, '{ __schema { queryType { name } } }')),
    );
    for (const answer of all) expect(answer).toContain('INTROSPECTION_DISABLED');
    expect(router.messages).toEqual([{ type: 'listening', url }, { type: 'ready' }]);
  });

  test('lets a worker finish what takes long', async () => {
    const { router, url } = await start(1);
    let finish: () => void = () => undefined;
    stub.behaveOnce((response) => {
      finish = () => response.setHeader('content-type', 'application/json').end('{"data":{"a":7}}');
    });
    const slow = postOnce(url, '{ a }', { patience: 30_000 });
    await soon(() => {
      expect(stub.requests).toHaveLength(1);
    });
    router.child.kill('SIGHUP');
    await saysInLog(router, 'all workers are replaced');
    // Past the time for which idle connections are kept.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    finish();
    expect(await slow).toBe('{"data":{"a":7}}');
  });

  test.each([
    ['that nobody can read', 'cros: {}'],
    ['that a worker cannot serve', 'supergraph: { query_planning: { heap_limit_mb: 1 } }'],
  ])('with a router.yaml %s leaves the old workers', async (_, text) => {
    const { router, url } = await start();
    writeFileSync(yaml, text);
    router.child.kill('SIGHUP');
    await saysInLog(router, 'the new configuration is refused, the old workers stay');
    expect(await postOnce(url, '{ a }')).toBe('{"data":{"a":1}}');
    const workers = workersOf(router);
    expect(workers).toHaveLength(2);
    expect(workers.every(isAlive)).toBe(true);
  });
});

describe('a worker that is killed', () => {
  test('loses its own requests only, at once, and is replaced', async () => {
    const { router, url } = await start();
    const finish: (() => void)[] = [];
    stub.behave((response) => {
      finish.push(() => response.setHeader('content-type', 'application/json').end('{"data":{"a":1}}'));
    });
    // Each to another worker: the one that has fewest connections.
    const asked = [postOnce(url, '{ a }'), postOnce(url, '{ a }')];
    const outcomes = Promise.allSettled(asked);
    await soon(() => {
      expect(finish).toHaveLength(2);
    });
    process.kill(workersOf(router)[0] ?? 0, 'SIGKILL');
    await expect(Promise.race(asked)).rejects.toThrow(/socket hang up|ECONNRESET/);
    for (const end of finish) end();
    expect((await outcomes).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await saysInLog(router, 'worker ready', 3);
  });

  test('under new connections: none is left without an answer or an error, none that comes later fails', async () => {
    const { router, url } = await start(3);
    const storm = hammer({ url, keepAlive: false, clients: 8 });
    for (const pid of workersOf(router)) {
      await answers([storm], 20);
      process.kill(pid, 'SIGKILL');
    }
    await saysInLog(router, 'worker ready', 6);
    const lost = storm.lost.length;
    await answers([storm], 50);
    await storm.stop();
    // Of each worker, those that it had: at most one for each client.
    expect(lost).toBeLessThanOrEqual(3 * 8);
    expect(storm.lost.slice(lost)).toEqual([]);
    expect(storm.lost).not.toContain('neither answered nor failed');
  });

  test('with all others: the port is held, and who connects meanwhile is answered', async () => {
    const { router, url } = await start();
    for (const pid of workersOf(router)) process.kill(pid, 'SIGKILL');
    await saysInLog(router, 'a worker has died and is replaced', 2);
    expect(await postOnce(url, '{ a }')).toBe('{"data":{"a":1}}');
  });

  test('by SIGTERM, as an operator may: it finishes and is replaced, and no request is lost', async () => {
    const { router, url } = await start();
    const hammers = [true, false].map((keepAlive) => hammer({ url, keepAlive }));
    const [first = 0] = workersOf(router);
    process.kill(first, 'SIGTERM');
    await saysInLog(router, 'worker ready', 3);
    await vi.waitFor(
      () => {
        expect(isAlive(first)).toBe(false);
      },
      { timeout: 15_000 },
    );
    await Promise.all(hammers.map((each) => each.stop()));
    expect(hammers.map(({ lost }) => lost)).toEqual([[], []]);
  });

  test('and cannot be replaced ends the router with exit code 1', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'router-broken-'));
    await cleanup.add(broken, (path) => {
      rmSync(path, { recursive: true });
      return Promise.resolve();
    });
    const path = join(broken, 'main.mjs');
    const thread = join(broken, 'planner-worker.mjs');
    cpSync(bundle, path);
    cpSync(join(dirname(bundle), 'planner-worker.js'), thread);
    const args = ['--supergraph', supergraph, '--port', '0', '--workers', '1'];
    const router = launchRouter(path, cleanup, args);
    await listening(router);
    rmSync(thread);
    process.kill(workersOf(router)[0] ?? 0, 'SIGKILL');
    expect(await router.exit).toBe(1);
    expect(linesOf(router).filter(({ msg }) => msg === 'a worker cannot start').length).toBeGreaterThan(2);
    await saysInLog(router, 'no worker can serve, and none that replaces them');
  });
});

test('one endpoint has the metrics of all workers, and keeps what those counted that have ended', async () => {
  const listen =
    'telemetry: { exporters: { metrics: { prometheus: { enabled: true, listen: 127.0.0.1:0 } } } }';
  writeFileSync(yaml, listen);
  const { router, url } = await start();
  const metricsUrl = String(linesOf(router).find(({ msg }) => msg === 'metrics of all workers')?.['url']);
  const read = async (): Promise<string> => (await fetch(metricsUrl)).text();
  const counted = (text: string): number =>
    Number(/^http_server_request_duration_seconds_count\{.*\} (\d+)$/m.exec(text)?.[1]);
  // At the same time, so that both workers have some.
  await Promise.all(Array.from({ length: 10 }, () => postOnce(url, '{ a }')));
  const before = await read();
  expect(counted(before)).toBe(10);
  expect(before).toContain('selvedge_router_workers 2');
  expect(before).toContain('selvedge_router_worker_deaths_total 0');
  process.kill(workersOf(router)[0] ?? 0, 'SIGKILL');
  await saysInLog(router, 'worker ready', 3);
  router.child.kill('SIGHUP');
  await saysInLog(router, 'all workers are replaced');
  await soon(() => {
    expect(workersOf(router).filter(isAlive)).toHaveLength(2);
  });
  await postOnce(url, '{ a }');
  const after = await read();
  expect(counted(after)).toBe(11);
  expect(after).toContain('selvedge_router_workers 2');
  expect(after).toContain('selvedge_router_worker_deaths_total 1');
});

describe('ending', () => {
  test.each(['SIGTERM', 'SIGINT', 'disconnect'] as const)(
    '%s: finishes what has begun, then exits with all workers',
    async (how) => {
      const { router, url } = await start();
      let finish: () => void = () => undefined;
      stub.behave((response) => {
        finish = () => response.setHeader('content-type', 'application/json').end('{"data":{"a":1}}');
      });
      const underway = postOnce(url, '{ a }');
      await soon(() => {
        expect(stub.requests).toHaveLength(1);
      });
      if (how === 'disconnect') router.child.disconnect();
      else router.child.kill(how);
      await soon(() => expect(fetch(`${url}/health`)).rejects.toThrow());
      finish();
      expect(await underway).toBe('{"data":{"a":1}}');
      expect(await router.exit).toBe(0);
      expect(workersOf(router).filter(isAlive)).toEqual([]);
    },
  );

  test('workers whose primary is killed end by themselves', async () => {
    const { router } = await start();
    router.child.kill('SIGKILL');
    await vi.waitFor(
      () => {
        expect(workersOf(router).filter(isAlive)).toEqual([]);
      },
      { timeout: 10_000 },
    );
  });
});
