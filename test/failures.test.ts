// What a client sees when it sends nonsense, and when a subgraph or a store fails under the router: a code, a path, the rest
// of the data, and a system that is well again once the cause is gone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeThrowawayFolder, provisionStore, startEmbeddedPostgres } from '@selvedge/embedded';
import {
  closeSocket,
  createTestStore,
  delayed,
  halfJson,
  html,
  json,
  spawnNode,
  startStubSubgraph,
  status,
  type StubAnswer,
} from '@selvedge/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startSystem, type Answer, type System } from './system.js';

const productsAndRatings = '{ products(first: 2, orderBy: NAME) { nodes { name averageRating } } }';

/** What was kept would be served while its subgraph or store is gone. */
const uncached = { response_cache: { enabled: false } };

/** The answer with the names there and the ratings missing, each failure with this code at a rating's place or above. */
function expectPartial({ status: httpStatus, data, errors }: Answer, code: string): void {
  expect(httpStatus).toBe(200);
  const node = { name: expect.any(String) as string, averageRating: null };
  expect(data).toEqual({ products: { nodes: [node, node] } });
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) {
    expect(error.extensions).toMatchObject({ code });
    expect(error.path?.slice(0, 2)).toEqual(['products', 'nodes']);
  }
}

describe('a client that sends nonsense', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ routerConfig: uncached });
    return () => system.stop();
  });

  const post = async (body: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${system.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body,
    });
    return { status: response.status, body: await response.json() };
  };

  it.each([
    [
      'an unknown field',
      JSON.stringify({ query: '{ prodcuts { nodes { name } } }' }),
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['no GraphQL', JSON.stringify({ query: '{ products' }), 400, 'GRAPHQL_PARSE_FAILED'],
    [
      'a variable of another type',
      JSON.stringify({
        query: 'query($n: Int) { products(first: $n) { nodes { name } } }',
        variables: { n: 'three' },
      }),
      400,
      'BAD_USER_INPUT',
    ],
    [
      'an unknown operation name',
      JSON.stringify({ query: 'query A { categories { slug } }', operationName: 'B' }),
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['malformed JSON', '{"query": "{ categories', 400, 'BAD_REQUEST'],
    [
      'a body of 5 MB',
      JSON.stringify({ query: `{ categories { slug } } #${'x'.repeat(5_000_000)}` }),
      413,
      'REQUEST_BODY_TOO_LARGE',
    ],
  ])('is told what was expected: %s', async (_what, body, expectedStatus, code) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: expectedStatus, body: { errors: [{ extensions: { code } }] } });
  });

  it('is told the codes of a subgraph, at the path of the field', async () => {
    const { data, errors } = await system.ask(
      '{ products(first: 1000) { nodes { name } } categories { slug } }',
    );
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('between 0 and 100') as string,
        path: ['products'],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('gets partial data while a subgraph is killed, and all of it once it is back', async () => {
    const well = await system.ask(productsAndRatings);
    expect(well.errors).toEqual([]);
    await system.subgraph('reviews').kill();
    expectPartial(await system.ask(productsAndRatings), 'SUBREQUEST_HTTP_ERROR');
    await system.restart('reviews');
    expect((await system.ask(productsAndRatings)).data).toEqual(well.data);
  });
});

describe('a subgraph that misbehaves', () => {
  const rating = json({ data: { _entities: [{ averageRating: 1 }, { averageRating: 2 }] } });
  let system: System;
  let stub: Awaited<ReturnType<typeof startStubSubgraph>>;
  beforeAll(async () => {
    stub = await startStubSubgraph();
    system = await startSystem({
      instead: { reviews: stub.url },
      routerConfig: { batching: {}, traffic_shaping: { all: { timeout: '1s' } }, ...uncached },
    });
  });
  afterAll(async () => {
    await system.stop();
    await stub.stop();
  });

  const misbehaviours: readonly [string, StubAnswer, string][] = [
    ['is slow', delayed(3_000, rating), 'SUBREQUEST_TIMEOUT'],
    ['answers HTML', html(), 'SUBREQUEST_MALFORMED_RESPONSE'],
    ['answers half a JSON', halfJson(), 'SUBREQUEST_MALFORMED_RESPONSE'],
    ['answers 500', status(500), 'SUBREQUEST_HTTP_ERROR'],
    ['hangs up', closeSocket(), 'SUBREQUEST_HTTP_ERROR'],
    ['answers a list for data', json({ data: [] }), 'SUBREQUEST_MALFORMED_RESPONSE'],
    ['answers a text for data', json({ data: 'all is well' }), 'SUBREQUEST_MALFORMED_RESPONSE'],
    [
      'answers too few entities',
      json({ data: { _entities: [{ averageRating: 1 }] } }),
      'SUBREQUEST_MALFORMED_RESPONSE',
    ],
    ['answers an object for entities', json({ data: { _entities: {} } }), 'SUBREQUEST_MALFORMED_RESPONSE'],
  ];

  it.each(misbehaviours)('that %s costs its own fields only', async (_what, answer, code) => {
    stub.behave(answer);
    expectPartial(await system.ask(productsAndRatings), code);
    stub.behave(rating);
    const { data, errors } = await system.ask(productsAndRatings);
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ products: { nodes: [{ averageRating: 1 }, { averageRating: 2 }] } });
  });
});

describe('a store that goes away', () => {
  it('costs its own fields only, and comes back without a restart of anything', async () => {
    const folder = await makeThrowawayFolder('selvedge-failures');
    const dataDir = join(folder, 'postgres');
    let server = await startEmbeddedPostgres({ dataDir, durable: false });
    const url = await provisionStore(server.url, {
      database: 'reviews',
      role: 'reviews',
      password: 'secret',
    });
    const reviews = spawnNode(join(root, 'subgraphs/reviews/dist/main.js'), {
      env: { DATABASE_URL: url, SEED_SCALE: '0.2' },
    });
    let system: System | undefined;
    try {
      const { url: endpoint } = await reviews.waitFor('listening');
      await reviews.waitFor('ready');
      const running = await startSystem({
        instead: { reviews: `${endpoint}/graphql` },
        routerConfig: uncached,
      });
      system = running;
      const well = await running.ask(productsAndRatings);
      expect(well.errors).toEqual([]);
      process.kill(server.pid, 'SIGKILL');
      await gone(server.pid);
      expectPartial(await running.ask(productsAndRatings), 'STORE_UNAVAILABLE');
      server = await startEmbeddedPostgres({ dataDir, durable: false, port: server.port });
      await expect
        .poll(async () => (await running.ask(productsAndRatings)).data, { timeout: 15_000 })
        .toEqual(well.data);
    } finally {
      await system?.stop();
      await reviews.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a service whose parent is killed', () => {
  const supergraph = join(root, 'supergraph.graphql');
  it.each([
    ['subgraphs/catalog/dist/main.js', []],
    ['router/dist/main.js', ['--supergraph', supergraph, '--port', '0']],
  ])('ends by itself, though nobody reads its log any more: %s', async (main, args) => {
    const store = await createTestStore();
    // A parent that takes the child's log through a pipe, as most do; `npm start` gives it a file.
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `const c = require('node:child_process').fork(${JSON.stringify(join(root, main))}, ${JSON.stringify(args)}, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
        c.on('message', (m) => m.type === 'ready' && console.log(c.pid))`,
      ],
      {
        env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: store.url },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    parent.kill('SIGKILL');
    try {
      await gone(pid);
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      await store.drop();
    }
  });
});

/** Resolves once no process has the id any more. */
async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
