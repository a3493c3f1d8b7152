/** @apollo/gateway's managers and its protocol, with our router in the gateway's place. */
import {
  IntrospectAndCompose,
  LocalCompose,
  type SupergraphManager,
  type SupergraphSdlHook,
} from '@apollo/gateway';
import { json, startStubSubgraph, status, type StubSubgraph } from '@selvedge/testkit';
import { parse } from 'graphql';
import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseConfig } from '../config/load.js';
import { compose, withFederationLink } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';
import { openSource, type SupergraphSource } from './supergraph-source.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const patience = { timeout: 20_000 };

/** Ours can be waited for. */
interface Hooks extends Omit<Parameters<SupergraphSdlHook>[0], 'update'> {
  readonly update: (sdl: string) => unknown;
}

interface Started {
  readonly router: TestRouter;
  readonly source: SupergraphSource;
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

/** As main.ts puts them together. */
async function start(manager: SupergraphManager | SupergraphSdlHook, yaml = ''): Promise<Started> {
  const log: Record<string, unknown>[] = [];
  const write = (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>);
  const options = { config: parseConfig(yaml, {}), log: pino({}, { write }), cleanupPatience: 200 };
  const source = await cleanup.add(openSource(manager, options), (opened) => opened.close());
  const router = await cleanup.add(startTestRouter({ sdl: source.sdl, yaml }), (started) => started.close(0));
  source.follow((sdl) => router.replaceSupergraph(sdl));
  return { router, source, log };
}

/** Gives a schema to whoever asks for one, and `data` to everybody else. */
async function startSubgraph(typeDefs: string, data: Record<string, unknown>): Promise<StubSubgraph> {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  serve(stub, typeDefs, data);
  return stub;
}

function serve(stub: StubSubgraph, typeDefs: string, data: Record<string, unknown>): void {
  stub.behave({
    from: ({ text }) =>
      json({ data: text.includes('_service') ? { _service: { sdl: withFederationLink(typeDefs) } } : data }),
  });
}

const version = (fields: string, url = 'http://127.0.0.1:9/graphql') =>
  compose([{ name: 'one', url, typeDefs: `type Query { ${fields} }` }]);

const introspectsFor = (manager: StubSubgraph) =>
  manager.requests.filter(({ text }) => text.includes('__ApolloGetServiceDefinition__'));

/** A manager of a test's own, that hands out its hooks. */
function handingOut(sdl: string, end?: () => Promise<void>) {
  let given: Hooks | undefined;
  const manager: SupergraphManager = {
    initialize: (options) => {
      given = options;
      return Promise.resolve({ supergraphSdl: sdl, ...(end && { cleanup: end }) });
    },
  };
  const hooks = (): Hooks => {
    if (given === undefined) throw new Error('expected to be initialized');
    return given;
  };
  return { manager, hooks };
}

describe('IntrospectAndCompose', () => {
  test('gives a supergraph of what subgraphs say, and another when one says something else', async () => {
    const one = await startSubgraph('type Query { a: Int }', { a: 1 });
    const two = await startSubgraph('type Query { b: Int }', { b: 2 });
    const subgraphs = [
      { name: 'one', url: one.url },
      { name: 'two', url: two.url },
    ];
    const { router, source } = await start(
      new IntrospectAndCompose({ subgraphs, pollIntervalInMs: 20, subgraphHealthCheck: true }),
    );
    expect((await router.query('{ a b }')).data).toEqual({ a: 1, b: 2 });
    serve(two, 'type Query { b: Int c: Int }', { b: 2, c: 3 });
    await vi.waitFor(async () => {
      expect((await router.query('{ a c }')).data).toEqual({ a: 1, c: 3 });
    }, patience);
    // What does not compose leaves all as it is.
    serve(two, 'type Query { b: Int @external }', { b: 2, c: 3 });
    const asked = introspectsFor(two).length;
    await vi.waitFor(() => {
      expect(introspectsFor(two).length).toBeGreaterThan(asked + 2);
    }, patience);
    expect((await router.query('{ a c }')).data).toEqual({ a: 1, c: 3 });
    await source.close();
    const polled = introspectsFor(two).length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(introspectsFor(two)).toHaveLength(polled);
  });

  test('whose subgraph is ill does not start where it is to check that', async () => {
    const one = await startSubgraph('type Query { a: Int }', {});
    one.behave({
      from: ({ text }) =>
        text.includes('_service')
          ? json({ data: { _service: { sdl: withFederationLink('type Query { a: Int }') } } })
          : status(503),
    });
    const subgraphs = [{ name: 'one', url: one.url }];
    await expect(start(new IntrospectAndCompose({ subgraphs, subgraphHealthCheck: true }))).rejects.toThrow(
      /health check failed\.[^]*\[one\]: 503/,
    );
    await start(new IntrospectAndCompose({ subgraphs }));
  });

  test('reaches subgraphs as router.yaml says: elsewhere, and with headers', async () => {
    const one = await startSubgraph('type Query { a: Int }', { a: 1 });
    const introspectionHeaders = { 'x-secret': 'open' };
    const subgraphs = [{ name: 'one', url: 'http://127.0.0.1:9/graphql' }];
    const { router } = await start(
      new IntrospectAndCompose({ subgraphs, introspectionHeaders }),
      `override_subgraph_url: { one: "${one.url}" }
headers: { all: { request: [{ insert: { name: x-inserted, value: "yes" } }] } }`,
    );
    expect(one.requests[0]?.headers).toMatchObject({ 'x-secret': 'open', 'x-inserted': 'yes' });
    expect((await router.query('{ a }')).data).toEqual({ a: 1 });
  });

  test('that nobody answers is given up when the router stops', async () => {
    const one = await startSubgraph('type Query { a: Int }', { a: 1 });
    const subgraphs = [{ name: 'one', url: one.url }];
    const { source, log } = await start(new IntrospectAndCompose({ subgraphs, pollIntervalInMs: 10 }));
    one.behave(() => undefined);
    one.forget();
    await vi.waitFor(() => {
      expect(one.requests).toHaveLength(1);
    }, patience);
    await source.close();
    expect(log).toEqual([]);
  });
});

test('LocalCompose', async () => {
  const one = await startSubgraph('type Query { a: Int }', { a: 1 });
  const typeDefs = parse(withFederationLink('type Query { a: Int }'));
  const { router } = await start(
    new LocalCompose({ localServiceList: [{ name: 'one', url: one.url, typeDefs }] }),
  );
  expect((await router.query('{ a }')).data).toEqual({ a: 1 });
});

test('a hook alone is a manager, and what it gives in vain is no start', async () => {
  const { router } = await start(() => Promise.resolve({ supergraphSdl: version('a: Int') }));
  expect((await router.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  const cleanedUp = vi.fn(() => Promise.resolve());
  await expect(start(handingOut('type Query { a: Int }', cleanedUp).manager)).rejects.toThrow(
    'expected a composed supergraph but got a schema that does not link https://specs.apollo.dev/join/',
  );
  expect(cleanedUp).toHaveBeenCalledTimes(1);
});

describe('`update`', () => {
  const introspect = async ({ router }: Started) => {
    const { data } = await router.query('{ __type(name: "Query") { fields { name } } }');
    const { fields } = data?.['__type'] as { fields: { name: string }[] };
    return fields.map(({ name }) => name);
  };

  test('takes what is good, and tells its caller of what is not', async () => {
    const { manager, hooks } = handingOut(version('a: Int'));
    const started = await start(manager);
    await hooks().update(version('b: Int'));
    expect(await introspect(started)).toEqual(['b']);
    for (const bad of ['', 'nonsense', 'type Query { a: Int }', 7 as unknown as string])
      expect(() => hooks().update(bad)).toThrow(/^expected /);
    const secret = compose([
      { name: 'one', url: 'http://127.0.0.1:9/', typeDefs: 'type Query { a: Int @authenticated }' },
    ]);
    await expect(hooks().update(secret)).rejects.toThrow(/authenticated/);
    expect(await introspect(started)).toEqual(['b']);
    expect(started.log).toHaveLength(5);
    for (const { msg } of started.log)
      expect(msg).toBe('the changed supergraph is refused, the old one stays');
  });

  test('that nobody waits for ends nothing; of several at once the last counts', async () => {
    const { manager, hooks } = handingOut(version('a: Int'));
    const started = await start(manager);
    const sdls = ['b: Int', 'c: Int', 'd: Int'].map((fields) => version(fields));
    for (const sdl of sdls) hooks().update(sdl);
    await vi.waitFor(async () => {
      expect(await introspect(started)).toEqual(['d']);
    }, patience);
    const loaded = started.router.log.filter(({ msg }) => msg === 'supergraph loaded');
    expect(loaded).toHaveLength(3);
  });

  test('is refused before there is a gateway, and after', async () => {
    let early: Hooks | undefined;
    const failing = (options: Hooks) => {
      early = options;
      // What is returned would come after it.
      options.update(version('early: Int'));
      return Promise.reject(new Error('nothing to begin with'));
    };
    await expect(start(failing)).rejects.toThrow('nothing to begin with');
    expect(() => early?.update(version('a: Int'))).toThrow(
      "Can't call `update` callback after gateway failed to load.",
    );
    const { manager, hooks } = handingOut(version('a: Int'));
    const { source } = await start(manager);
    const closed = source.close();
    expect(() => hooks().update(version('b: Int'))).toThrow(/while gateway is stopping/);
    await closed;
    expect(() => hooks().update(version('b: Int'))).toThrow(/after gateway has been stopped/);
  });
});

describe('`cleanup`', () => {
  test('is called once, when the router stops', async () => {
    const cleanedUp = vi.fn(() => Promise.resolve());
    const { source } = await start(handingOut(version('a: Int'), cleanedUp).manager);
    expect(cleanedUp).not.toHaveBeenCalled();
    await source.close();
    await source.close();
    expect(cleanedUp).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['fails', () => Promise.reject(new Error('no')), 'no'],
    [
      'never ends',
      () => new Promise<void>(() => undefined),
      'expected it to end within 200 ms but it did not',
    ],
  ])('that %s is a line of the log', async (_, end, reason) => {
    const { source, log } = await start(handingOut(version('a: Int'), end).manager);
    await source.close();
    expect(log).toMatchObject([{ reason, msg: 'the supergraph manager could not clean up' }]);
  });
});
