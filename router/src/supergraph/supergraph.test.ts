import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { json, startStubSubgraph } from '@selvedge/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseConfig } from '../config/load.js';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';
import { fileManager } from './follow-file.js';
import { openSource } from './supergraph-source.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const url = 'http://127.0.0.1:9/graphql';

type FollowOptions = Parameters<typeof fileManager>[0];

/** Follows the file, as a gateway would have it followed. */
async function follow({ update, ...options }: FollowOptions & { update: (text: string) => void }) {
  const notAsked = () => {
    throw new Error('expected a file to ask no subgraph');
  };
  const hooks = { update, healthCheck: notAsked, getDataSource: notAsked };
  const { cleanup: end } = await fileManager(options).initialize(hooks);
  await cleanup.add(end, async (stop) => stop?.());
}

describe('a supergraph is refused', () => {
  const oneField = (directive: string) =>
    compose([{ name: 'one', url, typeDefs: `scalar federation__Scope type Query { a: Int ${directive} }` }]);

  test.each([
    ['@authenticated', 'https://specs.apollo.dev/authenticated/v0.1'],
    ['@requiresScopes(scopes: [["read"]])', 'https://specs.apollo.dev/requiresScopes/v0.1'],
    ['@policy(policies: [["owner"]])', 'https://specs.apollo.dev/policy/v0.1'],
  ])('when it links %s', async (directive, feature) => {
    await expect(startTestRouter({ sdl: oneField(directive) })).rejects.toThrow(
      `expected a supergraph of features that this router executes but got one that links ${feature};`,
    );
  });

  test.each([
    ['https://specs.apollo.dev/context/v9.9', 'SECURITY'],
    ['https://specs.apollo.dev/cacheTag/v9.9', null],
    ['https://specs.apollo.dev/join/v9.9', null],
    ['https://example.com/own/v1.0', 'EXECUTION'],
  ])('when it links %s for %s', async (feature, purpose) => {
    const purposeText = purpose === null ? '' : `, for: ${purpose}`;
    const sdl = oneField('').replace('schema\n', `schema\n  @link(url: "${feature}"${purposeText})\n`);
    await expect(startTestRouter({ sdl })).rejects.toThrow(/expected /);
  });

  test.each([
    ['is no supergraph', 'type Query { a: Int }', /expected a composed supergraph/],
    [
      'is no GraphQL',
      'hello {',
      /expected a composed supergraph but got one that cannot be read: Syntax Error/,
    ],
    ['is empty', '', /expected a composed supergraph/],
  ])('when it %s', async (_, sdl, message) => {
    await expect(startTestRouter({ sdl })).rejects.toThrow(message);
  });

  test('when a subgraph has no URL, unless router.yaml gives one', async () => {
    const sdl = compose([{ name: 'one', url: '', typeDefs: 'type Query { a: Int }' }]);
    await expect(startTestRouter({ sdl })).rejects.toThrow(
      /expected an HTTP URL for subgraph one but got ""/,
    );
    const yaml = `override_subgraph_url: { one: "${url}" }`;
    await cleanup.add(startTestRouter({ sdl, yaml }), (router) => router.close(0));
  });
});

test('a feature that asks nothing of a router is no obstacle', async () => {
  const typeDefs =
    'type Query { a: Int @tag(name: "x") @cost(weight: 2) b: [Int] @listSize(assumedSize: 3) }';
  const sdl = compose([{ name: 'one', url, typeDefs }]).replace(
    'schema\n',
    'schema\n  @link(url: "https://example.com/note/v1.0")\n',
  );
  const router = await cleanup.add(startTestRouter({ sdl }), (started) => started.close(0));
  expect((await router.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
});

test('a supergraph of federation 1 is served too', async () => {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  stub.behave({
    from: ({ text }) =>
      json({
        data: text.includes('_entities') ? { _entities: [{ b: 2 }] } : { t: { __typename: 'T', id: '1' } },
      }),
  });
  const sdl = `
    schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1") {
      query: Query
    }
    directive @core(feature: String!) repeatable on SCHEMA
    directive @join__field(graph: join__Graph, provides: join__FieldSet, requires: join__FieldSet) on FIELD_DEFINITION
    directive @join__graph(name: String!, url: String!) on ENUM_VALUE
    directive @join__owner(graph: join__Graph!) on INTERFACE | OBJECT
    directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on INTERFACE | OBJECT
    scalar join__FieldSet
    enum join__Graph { A @join__graph(name: "a", url: "${stub.url}") B @join__graph(name: "b", url: "${stub.url}") }
    type Query { t: T @join__field(graph: A) }
    type T @join__owner(graph: A) @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID! @join__field(graph: A)
      b: Int @join__field(graph: B)
    }
  `;
  const router = await cleanup.add(startTestRouter({ sdl }), (started) => started.close(0));
  expect((await router.query('{ t { id b } }')).data).toEqual({ t: { id: '1', b: 2 } });
});

test('a subgraph that router.yaml misspells is warned about', async () => {
  const sdl = compose([{ name: 'reviews', url, typeDefs: 'type Query { a: Int }' }]);
  const yaml = 'traffic_shaping: { subgraphs: { review: { timeout: 1s } } }';
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  expect(router.log.map((line) => line['msg'])).toContain(
    '`traffic_shaping.subgraphs.review` names a subgraph that the supergraph does not have; did you mean `reviews`?',
  );
});

describe('following the file', () => {
  function temporaryFile(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
    void cleanup.add(folder, async () => rm(folder, { recursive: true }));
    const path = join(folder, 'supergraph.graphql');
    writeFileSync(path, text);
    return path;
  }

  test('a continuous load sees 20 changes and not one failure', async () => {
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave({
      from: async () => {
        await sleep(5);
        return json({ data: { kept: 1 } });
      },
    });
    const version = (n: number) =>
      compose([{ name: 'one', url: stub.url, typeDefs: `type Query { kept: Int field${n}: Int }` }]);
    const path = temporaryFile(version(0));
    const router = await cleanup.add(startTestRouter({ sdl: version(0) }), (started) => started.close(0));
    const loaded = () => router.log.filter((line) => line['msg'] === 'supergraph loaded').length;
    const manager = fileManager({
      path,
      onUnreadable: (error) => {
        throw error;
      },
    });
    const options = { config: parseConfig('', {}), log: pino({ level: 'silent' }) };
    const source = await cleanup.add(openSource(manager, options), (opened) => opened.close());
    source.follow((text) => router.replaceSupergraph(text));

    const load = { isOn: true, answered: 0, failures: [] as unknown[] };
    const client = async () => {
      while (load.isOn) {
        const answer = await router.query('{ kept }').catch((error: unknown) => ({ error }));
        if ('data' in answer && answer.errors === undefined && answer.data?.['kept'] === 1)
          load.answered += 1;
        else load.failures.push(answer);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    for (let n = 1; n <= 20; n += 1) {
      // In turn as editors and as deployments write: in place, and by a rename over it.
      if (n % 2 === 0) writeFileSync(path, version(n));
      else {
        writeFileSync(`${path}.new`, version(n));
        renameSync(`${path}.new`, path);
      }
      await vi.waitFor(
        () => {
          expect(loaded()).toBe(n + 1);
        },
        { timeout: 10_000 },
      );
    }
    load.isOn = false;
    await Promise.all(clients);
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(100);
    expect((await router.query('{ field20 }')).status).toBe(200);
    expect((await router.query('{ field19 }')).errors?.[0]?.extensions['code']).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  test('a request in flight ends on the supergraph that it began with, which is stopped after it', async () => {
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    let finish: () => void = () => undefined;
    stub.behave((response) => {
      finish = () => response.setHeader('content-type', 'application/json').end('{"data":{"old":1}}');
    });
    const version = (field: string) =>
      compose([{ name: 'one', url: stub.url, typeDefs: `type Query { ${field}: Int }` }]);
    const router = await cleanup.add(startTestRouter({ sdl: version('old') }), (started) => started.close(0));
    const underway = router.query('{ old }');
    await vi.waitFor(() => {
      expect(stub.requests).toHaveLength(1);
    });
    await router.replaceSupergraph(version('fresh'));
    expect((await router.query('{ old }')).status).toBe(400);
    finish();
    expect((await underway).data).toEqual({ old: 1 });
  });

  test('what is asked for is planned on the new one before it takes over', async () => {
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave(json({ data: { kept: 1, gone: 2 } }));
    const version = (field: string) =>
      compose([{ name: 'one', url: stub.url, typeDefs: `type Query { kept: Int ${field}: Int }` }]);
    const router = await cleanup.add(startTestRouter({ sdl: version('gone') }), (started) =>
      started.close(0),
    );
    for (const query of ['{ kept }', '{ gone }', '{ kept }']) await router.query(query);
    await router.replaceSupergraph(version('fresh'));
    const lines = router.log.filter(({ msg }) =>
      ['query plans warmed up', 'supergraph loaded'].includes(String(msg)),
    );
    expect(lines.slice(1)).toMatchObject([
      { msg: 'query plans warmed up', planned: 1, dropped: 1, skipped: 0 },
      { msg: 'supergraph loaded' },
    ]);
  });

  test('what cannot be served is refused, and the old one stays', async () => {
    const sdl = compose([{ name: 'one', url, typeDefs: 'type Query { a: Int }' }]);
    const router = await cleanup.add(startTestRouter({ sdl }), (started) => started.close(0));
    await expect(router.replaceSupergraph(sdl.slice(0, 500))).rejects.toThrow(
      /expected a composed supergraph/,
    );
    expect((await router.query('{ __typename }')).status).toBe(200);
  });

  test('a file in the middle of being written is not taken', async () => {
    const path = temporaryFile('old');
    const texts: string[] = [];
    await follow({
      path,
      settleTime: 100,
      onUnreadable: () => undefined,
      update: (text) => texts.push(text),
    });
    for (let length = 1; length <= 10; length += 1) {
      writeFileSync(path, 'n'.repeat(length));
      await sleep(20);
    }
    await vi.waitFor(() => {
      expect(texts).toEqual(['n'.repeat(10)]);
    });
  });

  test('a change is found by the poll where nothing reports it, and a file that is gone is said once', async () => {
    const path = temporaryFile('old');
    const texts: string[] = [];
    const complaints: unknown[] = [];
    await follow({
      path,
      pollInterval: 20,
      settleTime: 1,
      onUnreadable: (error) => complaints.push(error),
      update: (text) => texts.push(text),
    });
    rmSync(path);
    await vi.waitFor(() => {
      expect(complaints).toHaveLength(1);
    });
    await sleep(100);
    writeFileSync(path, 'new');
    await vi.waitFor(() => {
      expect(texts).toEqual(['new']);
    });
    expect(complaints).toHaveLength(1);
  });
});
