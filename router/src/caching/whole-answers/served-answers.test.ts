/** Whole answers through a whole router: when a request is served without its subgraph, and when not. */
import type { StubSubgraph } from '@selvedge/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../testing/compose.js';
import { names, resolvers, typeDefs } from '../../testing/recorded-items.js';
import { startRecordingSubgraph } from '../../testing/recording-subgraph.js';
import { Cleanup, startTestRouter, type TestRouter } from '../../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const caching = `
response_cache: { enabled: true }
headers: { all: { request: [{ propagate: { matching: 'authorization|x-.*' } }] } }
`;

let subgraph: StubSubgraph;
let router: TestRouter;

async function start(yaml = caching): Promise<void> {
  subgraph = await cleanup.add(startRecordingSubgraph({ typeDefs, resolvers }), (stub) => stub.stop());
  const sdl = compose([{ name: 'one', url: subgraph.url, typeDefs }]);
  router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
}

beforeEach(async () => {
  names.clear();
  await start();
});

interface Served {
  /** As sent. */
  readonly text: string;
  /** What the router says of the cache. */
  readonly report: string | null;
  /** Of the subgraph. */
  readonly calls: number;
}

async function ask(
  query: string,
  { headers = {}, variables = {} }: { headers?: Record<string, string>; variables?: object } = {},
): Promise<Served> {
  const before = subgraph.requests.length;
  const response = await router.post({ query, variables }, { headers });
  const text = await response.text();
  return { text, report: response.headers.get('x-selvedge-cache'), calls: subgraph.requests.length - before };
}

/** Known, executed, and kept by then. */
async function askedBefore(query: string, options: Parameters<typeof ask>[1] = {}): Promise<Served> {
  await ask(query, options);
  return ask(query, options);
}

const hit = 'whole answer: 1 hit';
const itemQuery = 'query Item($id: ID!) { item(id: $id) { name price } }';
const item = (id: string) => ({ variables: { id } });

describe('a request that was answered before', () => {
  test('is served from what was sent, byte by byte', async () => {
    const { text } = await askedBefore(itemQuery, item('a'));
    const again = await ask(itemQuery, item('a'));
    expect(again).toEqual({ text, report: hit, calls: 0 });
    expect(await ask(itemQuery, item('a'))).toEqual(again);
  });

  test('is executed with other variables', async () => {
    await askedBefore(itemQuery, item('a'));
    const other = await ask(itemQuery, item('b'));
    expect(other.text).toBe('{"data":{"item":{"name":"name of b","price":1}}}');
    expect(other).toMatchObject({ calls: 1 });
  });

  test('is executed after a write to what it has read, and after no other', async () => {
    await askedBefore(itemQuery, item('a'));
    await ask('mutation { rename(id: "b", name: "new") { id } }');
    expect((await ask(itemQuery, item('a'))).report).toBe(hit);
    await ask('mutation { rename(id: "a", name: "new") { id } }');
    const after = await ask(itemQuery, item('a'));
    expect(after.text).toContain('"name":"new"');
    expect(after.report).toContain('whole answer: 1 miss (fenced)');
    await ask(itemQuery, item('a'));
    expect((await ask(itemQuery, item('a'))).report).toBe(hit);
  });

  test('says so with variables that do not fit, however often', async () => {
    await askedBefore(itemQuery, item('a'));
    for (const id of [[], {}]) {
      const wrong = await ask(itemQuery, { variables: { id } });
      expect(wrong.text).toContain('"errors"');
      expect(await ask(itemQuery, { variables: { id } })).toEqual(wrong);
    }
  });

  test('is executed by the supergraph that has replaced the one it was answered by', async () => {
    await askedBefore(itemQuery, item('a'));
    await router.replaceSupergraph(
      compose([{ name: 'one', url: subgraph.url, typeDefs: `${typeDefs} extend type Item { more: Int }` }]),
    );
    expect((await ask(itemQuery, item('a'))).report).not.toContain('1 hit');
  });
});

describe('what is never kept', () => {
  test.each([
    ['with an error', '{ item(id: "a") { name } odd }'],
    ['with a part that its subgraph refuses', '{ item(id: "a") { name } never }'],
    ['that asks no subgraph', '{ __typename }'],
    ['of a mutation', 'mutation { rename(id: "a", name: "n") { id } }'],
  ])('an answer %s', async (_, query) => {
    await askedBefore(query);
    expect((await ask(query)).report ?? '').not.toContain(hit);
  });

  test('an answer beyond its time', async () => {
    await askedBefore('{ brief }');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await ask('{ brief }')).report).toContain('whole answer: 1 miss');
  });

  test('anything, where whole answers are switched off', async () => {
    await cleanup.run();
    await start(caching.replace('enabled: true', 'enabled: true, whole_answers: { enabled: false }'));
    await askedBefore(itemQuery, item('a'));
    expect(await ask(itemQuery, item('a'))).toMatchObject({ calls: 0, report: 'one item: 1 hit' });
  });
});

describe('who gets whose', () => {
  const as = (authorization: string) => ({ headers: { authorization } });

  test('is decided by what was read: users never cross, in any order', async () => {
    const users = ['alice', 'bob', 'alice', '', 'bob', 'alice'];
    for (let round = 0; round < 3; round += 1) {
      for (const user of users) {
        const { text } = await ask('{ me }', user === '' ? {} : as(user));
        expect(text).toBe(JSON.stringify({ data: { me: user === '' ? 'nobody' : user } }));
      }
    }
    expect((await ask('{ me }', as('bob'))).report).toBe(hit);
    expect((await ask('{ me }', as('Bob'))).text).toBe('{"data":{"me":"Bob"}}');
  });

  test('is no matter of headers that nobody has read', async () => {
    await askedBefore(itemQuery, { ...item('a'), headers: { 'x-other': '1' } });
    const other = await ask(itemQuery, { ...item('a'), headers: { 'x-other': '2', authorization: 'me' } });
    expect(other).toMatchObject({ report: hit, calls: 0 });
  });

  test('is told apart by a header that is read only where another is there', async () => {
    const all: Record<string, string>[] = [
      {},
      { 'x-tone': 'loud' },
      { 'x-locale': 'de' },
      { 'x-locale': 'de', 'x-tone': 'loud' },
      { 'x-locale': 'fr', 'x-tone': 'loud' },
    ];
    const expected = ['hello', 'hello', 'de plain', 'de loud', 'fr loud'];
    for (const order of [all, [...all].reverse(), all]) {
      for (const headers of order) {
        const { text } = await ask('{ greeting }', { headers });
        expect(text).toBe(JSON.stringify({ data: { greeting: expected[all.indexOf(headers)] } }));
      }
    }
    for (const headers of all) expect((await ask('{ greeting }', { headers })).report).toBe(hit);
  });
});
