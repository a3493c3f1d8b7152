/** The process: what it says to an operator and to its parent, and how it ends. */
import { once } from 'node:events';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { json, neverAnswer, startStubSubgraph } from '@selvedge/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { compose } from './testing/compose.js';
import { Cleanup } from './testing/test-router.js';

const folder = mkdtempSync(join(tmpdir(), 'router-'));
const bundle = join(folder, 'main.mjs');
const supergraph = join(folder, 'supergraph.graphql');
const cleanup = new Cleanup();

beforeAll(async () => {
  await build({
    entryPoints: ['./main.ts', './planner/planner-worker.ts'].map((path) =>
      fileURLToPath(new URL(path, import.meta.url)),
    ),
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    logLevel: 'error',
  });
});
afterEach(() => cleanup.run());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface RouterProcess {
  readonly child: ChildProcess;
  readonly messages: Record<string, unknown>[];
  readonly output: { stdout: string; stderr: string };
  readonly exit: Promise<number | null>;
}

function launch(args: string[], env: Record<string, string> = {}): RouterProcess {
  const child = fork(bundle, args, { silent: true, env: { PATH: process.env['PATH'], ...env } });
  const messages: Record<string, unknown>[] = [];
  const output = { stdout: '', stderr: '' };
  child.on('message', (message) => messages.push(message as Record<string, unknown>));
  const streams = (['stdout', 'stderr'] as const).map((name) => {
    const stream = child[name];
    stream?.on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
    return stream && once(stream, 'close');
  });
  // Not 'close' of the child: it never comes where the parent has called disconnect().
  const exit = Promise.all([once(child, 'exit'), ...streams]).then(([[code]]) => code as number | null);
  void cleanup.add(child, async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, messages, output, exit };
}

async function listening(router: RouterProcess): Promise<string> {
  await vi.waitFor(
    () => {
      expect(router.messages).toContainEqual({ type: 'ready' });
    },
    { timeout: 15_000 },
  );
  expect(router.messages[0]).toMatchObject({ type: 'listening' });
  return String(router.messages[0]?.['url']);
}

async function writeSupergraph(url = 'http://127.0.0.1:9/graphql'): Promise<void> {
  writeFileSync(supergraph, compose([{ name: 'one', url, typeDefs: 'type Query { a: Int }' }]));
  await Promise.resolve();
}

describe('starting', () => {
  beforeAll(() => writeSupergraph());

  test('--help is the usage', async () => {
    const router = launch(['--help']);
    expect(await router.exit).toBe(0);
    expect(router.output.stdout).toMatch(/^Usage: node router\/dist\/main\.js --supergraph FILE/);
  });

  const yaml = join(folder, 'router.yaml');
  test.each<[string, string[], RegExp, string?]>([
    ['no supergraph named', [], /expected --supergraph FILE but it is missing/],
    ['an unknown argument', ['--supergrph', 'x'], /Unknown option '--supergrph'/],
    [
      'a port that is none',
      ['--supergraph', supergraph, '--port', 'http'],
      /expected a port from 0 to 65535 but got "http"/,
    ],
    [
      'a supergraph that is not there',
      ['--supergraph', '/nowhere'],
      /expected a supergraph at \/nowhere but got: ENOENT/,
    ],
    ['a supergraph that is none', ['--supergraph', bundle], /expected a composed supergraph/],
    [
      'a configuration that is wrong',
      ['--supergraph', supergraph, '--config', yaml],
      /`limits\.max_depth`: expected a number but got "x"\n {2}- unknown key `cros`, did you mean `cors`\?/,
      'limits: { max_depth: x }\ncros: {}',
    ],
  ])('%s: one clear message and exit 1', async (_, args, message, config) => {
    if (config !== undefined) writeFileSync(yaml, config);
    const router = launch(args);
    expect(await router.exit).toBe(1);
    const { stderr } = router.output;
    expect(stderr).toMatch(/^router: /);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(router.messages).toEqual([{ type: 'failed', message: expect.stringMatching(message) as string }]);
  });

  test('a port that is taken is a clear error', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    await cleanup.add(taken, (server) => new Promise((resolve) => server.close(resolve)));
    const port = String((taken.address() as AddressInfo).port);
    const router = launch(['--supergraph', supergraph], { PORT: port });
    expect(await router.exit).toBe(1);
    const { stderr } = router.output;
    expect(stderr).toMatch(/^router: cannot listen: .*EADDRINUSE.*choose another address/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('says when it listens and is ready; --port wins over PORT', async () => {
    const router = launch(['--supergraph', supergraph, '--port', '0'], { PORT: '1' });
    const url = await listening(router);
    expect((await fetch(`${url}/readiness`)).status).toBe(200);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

describe('ending', () => {
  test.each(['SIGTERM', 'SIGINT', 'disconnect'] as const)(
    '%s: finishes what has begun, then exits',
    async (how) => {
      const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
      let finish: () => void = () => undefined;
      stub.behave((response) => {
        finish = () => response.setHeader('content-type', 'application/json').end('{"data":{"a":1}}');
      });
      await writeSupergraph(stub.url);
      const router = launch(['--supergraph', supergraph, '--port', '0']);
      const url = await listening(router);
      const underway = post(url);
      await vi.waitFor(() => {
        expect(stub.requests).toHaveLength(1);
      });
      if (how === 'disconnect') router.child.disconnect();
      else router.child.kill(how);
      await vi.waitFor(() => expect(fetch(`${url}/health`)).rejects.toThrow());
      finish();
      expect(await (await underway).json()).toEqual({ data: { a: 1 } });
      expect(await router.exit).toBe(0);
    },
  );
});

describe('living', () => {
  test('follows the file: a new field appears, nonsense is refused with a line of the log', async () => {
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave(json({ data: { b: 2 } }));
    await writeSupergraph(stub.url);
    const router = launch(['--supergraph', supergraph, '--port', '0']);
    const url = await listening(router);
    expect((await post(url, '{ b }')).status).toBe(400);
    writeFileSync(supergraph, 'nonsense');
    await vi.waitFor(() => {
      expect(router.output.stdout).toMatch(/the changed supergraph is refused, the old one stays/);
    });
    expect((await post(url, '{ __typename }')).status).toBe(200);
    const typeDefs = 'type Query { a: Int b: Int }';
    writeFileSync(supergraph, compose([{ name: 'one', url: stub.url, typeDefs }]));
    await vi.waitFor(
      async () => {
        expect((await post(url, '{ b }')).status).toBe(200);
      },
      { timeout: 5_000 },
    );
  });

  test('calls nobody but subgraphs, even where Apollo’s keys are set', async () => {
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    const proxy = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave(neverAnswer);
    stub.behaveOnce(json({ data: { a: 1 } }));
    await writeSupergraph(stub.url);
    const router = launch(['--supergraph', supergraph, '--port', '0'], {
      APOLLO_KEY: 'service:x:y',
      APOLLO_GRAPH_REF: 'x@y',
      APOLLO_SCHEMA_REPORTING: 'true',
      HTTPS_PROXY: proxy.url,
      HTTP_PROXY: proxy.url,
    });
    const url = await listening(router);
    expect((await post(url)).status).toBe(200);
    router.child.kill();
    await router.exit;
    expect(router.output.stdout).not.toMatch(/apollographql|reporting/i);
    expect(proxy.requests).toHaveLength(0);
  });
});

function post(url: string, query = '{ a }'): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query }),
  });
}
