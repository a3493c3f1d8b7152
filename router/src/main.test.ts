/** The process: what it says to an operator and to its parent, and how it ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, neverAnswer, startStubSubgraph } from '@selvedge/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { compose, withFederationLink } from './testing/compose.js';
import { builtRouter, launchRouter, listening, type RouterProcess } from './testing/router-process.js';
import { Cleanup } from './testing/test-router.js';

const folder = mkdtempSync(join(tmpdir(), 'router-'));
const supergraph = join(folder, 'supergraph.graphql');
const cleanup = new Cleanup();

let bundle = '';

beforeAll(async () => {
  bundle = await builtRouter();
});
afterEach(() => cleanup.run());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const launch = (args: string[], env: Record<string, string> = {}): RouterProcess =>
  launchRouter(bundle, cleanup, args, env);

async function writeSupergraph(url = 'http://127.0.0.1:9/graphql'): Promise<void> {
  writeFileSync(supergraph, compose([{ name: 'one', url, typeDefs: 'type Query { a: Int }' }]));
  await Promise.resolve();
}

describe('starting', () => {
  beforeAll(() => writeSupergraph());

  test('--help is the usage', async () => {
    const router = launch(['--help']);
    expect(await router.exit).toBe(0);
    expect(router.output.stdout).toMatch(/^Usage: node router\/dist\/main\.js \[--supergraph FILE\]/);
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
      'a number of workers that is none',
      ['--supergraph', supergraph, '--workers', '0'],
      /expected --workers from 1 to 256, or auto, but got "0"/,
    ],
    [
      'a supergraph that is not there',
      ['--supergraph', '/nowhere'],
      /expected a supergraph at \/nowhere but got: ENOENT/,
    ],
    ['a supergraph that is none', ['--supergraph', import.meta.filename], /expected a composed supergraph/],
    [
      'a supergraph that is none, for workers',
      ['--supergraph', import.meta.filename, '--workers', '2'],
      /expected a composed supergraph/,
    ],
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

  test.each([[[]], [['--workers', '2']]])('a port that is taken is a clear error %j', async (more) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    await cleanup.add(taken, (server) => new Promise((resolve) => server.close(resolve)));
    const port = String((taken.address() as AddressInfo).port);
    const router = launch(['--supergraph', supergraph, ...more], { PORT: port });
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

describe('a supergraph that is no file', () => {
  const yaml = join(folder, 'source.yaml');
  const schemaOf = (typeDefs: string, data: object) => ({
    from: ({ text }: { text: string }) =>
      json({ data: text.includes('_service') ? { _service: { sdl: withFederationLink(typeDefs) } } : data }),
  });

  test.each([[[]], [['--workers', '2']]])(
    'is composed of what subgraphs say, and followed %j',
    async (more) => {
      const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
      stub.behave(schemaOf('type Query { a: Int }', { a: 1 }));
      writeFileSync(
        yaml,
        `supergraph: { introspect: { subgraphs: { one: "${stub.url}" }, poll_interval: 50ms, health_check: true } }`,
      );
      const router = launch(['--config', yaml, '--port', '0', ...more]);
      const url = await listening(router);
      expect(await (await post(url)).json()).toEqual({ data: { a: 1 } });
      expect((await post(url, '{ b }')).status).toBe(400);
      stub.behave(schemaOf('type Query { a: Int b: Int }', { b: 2 }));
      await vi.waitFor(
        async () => {
          // With workers, until each of them has it.
          const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, '{ b }')));
          expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
        },
        { timeout: 20_000 },
      );
      router.child.kill();
      expect(await router.exit).toBe(0);
    },
  );

  test('comes from a manager of the operator’s own, which cleans up when the router ends', async () => {
    const first = compose([{ name: 'one', url: 'http://127.0.0.1:9/', typeDefs: 'type Query { a: Int }' }]);
    const second = first.replaceAll('a: Int', 'b: Int');
    const module = `export default {
      async initialize({ update, healthCheck, getDataSource }) {
        const timer = setTimeout(() => update(${JSON.stringify(second)}), 10);
        return {
          supergraphSdl: ${JSON.stringify(first)},
          cleanup: async () => { clearTimeout(timer); console.log('cleaned up'); },
        };
      },
    };`;
    writeFileSync(join(folder, 'own-manager.mjs'), module);
    writeFileSync(yaml, 'supergraph: { manager: ./own-manager.mjs }');
    const router = launch(['--config', yaml, '--port', '0']);
    const url = await listening(router);
    await vi.waitFor(
      async () => {
        expect((await post(url, '{ __type(name: "Query") { b: fields { name } } }')).status).toBe(200);
        expect((await post(url, '{ a }')).status).toBe(400);
      },
      { timeout: 20_000 },
    );
    expect(router.output.stdout).not.toMatch('cleaned up');
    router.child.kill();
    expect(await router.exit).toBe(0);
    expect(router.output.stdout.split('cleaned up')).toHaveLength(2);
  });

  test.each([
    [
      'a file as well',
      ['--supergraph', supergraph],
      'supergraph: { manager: ./own-manager.mjs }',
      /expected one source of the supergraph but got --supergraph and `supergraph\.manager`/,
    ],
    [
      'a module that is not there',
      [],
      'supergraph: { manager: ./nowhere.mjs }',
      /expected a supergraph manager at .*nowhere\.mjs but got: Cannot find module/,
    ],
    [
      'a module that has none',
      [],
      'supergraph: { manager: ./none.mjs }',
      /expected the default export of .*none\.mjs to be a supergraph manager .* but got undefined/,
    ],
    [
      'subgraphs that do not answer',
      [],
      'supergraph: { introspect: { subgraphs: { one: "http://127.0.0.1:9/" } } }',
      /Couldn't load service definitions for "one" at http:\/\/127\.0\.0\.1:9\/: could not be reached/,
    ],
  ])('%s: one clear message and exit 1', async (_, args, config, message) => {
    writeFileSync(join(folder, 'none.mjs'), 'export const initialize = 1;');
    writeFileSync(yaml, config);
    const router = launch(['--config', yaml, ...args]);
    expect(await router.exit).toBe(1);
    expect(router.output.stderr).toMatch(message);
    expect(router.output.stderr).not.toMatch(/^\s+at /m);
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
