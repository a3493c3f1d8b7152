/** What tells parts apart, and what each is proven by: rules that hold whatever an entry is asked for. */
import { openInProcessBackend } from '@selvedge/cache';
import { afterEach, expect, test, vi } from 'vitest';
import { cachedSubgraph, type Asked, type CachedSubgraphOptions } from '../testing/cached-subgraph.js';
import { federation1 } from '../testing/compose.js';
import { ResponseCache } from './response-cache.js';

const typeDefs = `
  type Query { now: Int!  count: Int!  ofA: String!  ofB: String! }
  type Thing @key(fields: "id") { id: ID!  a: Int!  b: Int!  heavy: Int }
`;

afterEach(() => {
  vi.useRealTimers();
});

/** @param given `version`: what everything shows */
function world(given: Partial<CachedSubgraphOptions> = {}) {
  const store = { version: 1, count: 0, missing: new Set<string>() };
  const value = () => store.version;
  const header = (name: string) => (_: unknown, __: unknown, asked: unknown) =>
    (asked as Asked).headers[name] ?? 'none';
  const resolvers = {
    Query: { now: value, count: () => (store.count += 1), ofA: header('x-a'), ofB: header('x-b') },
    Thing: {
      __resolveReference: (key: { id: string }) => (store.missing.has(key.id) ? null : key),
      a: value,
      b: value,
      heavy: ({ weight = 0 }: { weight?: number }) => weight * 10,
    },
  };
  const backend = openInProcessBackend({ maxBytes: 10_000_000 });
  const subgraph = cachedSubgraph({ typeDefs, resolvers, backend, ...given });
  const write = (...tags: string[]) => backend.settle('s', { cluster: null, xids: [], tags }, null);
  const things = async (fields: string, ...keys: object[]) => {
    const text = `query($representations:[_Any!]!){_entities(representations:$representations){...on Thing{${fields}}}}`;
    return subgraph.entities(
      text,
      keys.map((key) => ({ __typename: 'Thing', ...key })),
    );
  };
  return { ...subgraph, store, backend, write, things };
}

test('each entity has its own tags, also one that is not there', async () => {
  const entityTags = ({ representations }: Asked) =>
    (representations ?? []).map(({ id }) => [`things:id=${String(id)}`]);
  const { things, store, write, asked } = world({ origin: (one) => ({ entityTags: entityTags(one) }) });
  store.missing.add('2');
  const keys = [{ id: '1' }, { id: '2' }];
  expect((await things('a', ...keys)).entities).toEqual([{ a: 1 }, null]);
  store.missing.clear();
  store.version = 2;
  await write('things:id=2');
  expect((await things('a', ...keys)).entities).toEqual([{ a: 1 }, { a: 2 }]);
  await write('things:id=1');
  expect((await things('a', ...keys)).entities).toEqual([{ a: 2 }, { a: 2 }]);
  expect(asked).toHaveLength(3);
});

test('an entity has the tags that its schema declares', async () => {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cacheTag"])';
  const declared = typeDefs.replace(
    '@key(fields: "id")',
    '@key(fields: "id") @cacheTag(format: "thing-{$key.id}")',
  );
  const { things, store, write } = world({ typeDefs: `${federation1}${link}${declared}` });
  await things('a', { id: '1' });
  store.version = 2;
  await write('@thing-2');
  expect((await things('a', { id: '1' })).entities).toEqual([{ a: 1 }]);
  await write('@thing-1');
  expect((await things('a', { id: '1' })).entities).toEqual([{ a: 2 }]);
});

test.for([0, 10_000_000])('what has expired is not served (%i bytes of memory)', async (maxBytes) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { things, store } = world({ maxBytes, origin: () => ({ maxAge: 10 }) });
  await things('a', { id: '1' });
  store.version = 2;
  vi.setSystemTime(Date.now() + 9_000);
  expect((await things('a', { id: '1' })).entities).toEqual([{ a: 1 }]);
  vi.setSystemTime(Date.now() + 2_000);
  expect((await things('a', { id: '1' })).entities).toEqual([{ a: 2 }]);
});

test('what has two values is not kept', async () => {
  const { fetch, asked } = world();
  expect((await fetch('{one:count two:count}')).data).toEqual({ one: 1, two: 2 });
  expect((await fetch('{one:count two:count}')).data).toEqual({ one: 3, two: 4 });
  expect(asked).toHaveLength(2);
});

test('when the record of its store is lost, nothing from before is served', async () => {
  const { things, store, write, backend } = world({ origin: () => ({ tags: ['things:'] }) });
  await things('a', { id: '1' });
  store.version = 2;
  await write('things:');
  // The next one begins at the same count as the one that it was proven by.
  backend.evict(({ kind }) => kind === 'store');
  expect((await things('a', { id: '1' })).entities).toEqual([{ a: 2 }]);
});

test('an object of several fetches is served while all of it is proven', async () => {
  const origin = ({ query }: Asked) => ({ tags: /\bb\b/.test(query) ? ['b:'] : ['a:'] });
  const { things, store, write } = world({ origin });
  await things('a', { id: '1' });
  const { proofs } = await things('a b', { id: '1' });
  expect(proofs?.flatMap(({ evidence }) => evidence.tags)).toEqual(expect.arrayContaining(['a:', 'b:']));
  store.version = 2;
  await write('a:');
  expect((await things('a b', { id: '1' })).entities).toEqual([{ a: 2, b: 1 }]);
  store.version = 3;
  await write('b:');
  expect((await things('a b', { id: '1' })).entities).toEqual([{ a: 2, b: 3 }]);
});

test('two parts are told apart by the headers of both', async () => {
  const origin = ({ query }: Asked) => ({
    headers: ['x-a', 'x-b'].filter((name) => query.includes(name === 'x-a' ? 'ofA' : 'ofB')),
  });
  const { fetch } = world({ origin });
  const sent = { 'x-a': '1', 'x-b': '1' };
  await fetch('{ofA}', {}, sent);
  await fetch('{ofB}', {}, sent);
  for (const b of ['1', '2', '1', '3']) {
    const { data } = await fetch('{ofA ofB}', {}, { ...sent, 'x-b': b });
    expect(data).toEqual({ ofA: '1', ofB: b });
  }
});

test('a header that is absent is not an empty one', async () => {
  const { fetch } = world({ origin: () => ({ headers: ['x-a'] }) });
  expect((await fetch('{ofA}')).data).toEqual({ ofA: 'none' });
  expect((await fetch('{ofA}', {}, { 'x-a': '' })).data).toEqual({ ofA: '' });
});

test('another router tells callers apart that has met none of them', async () => {
  const backend = openInProcessBackend({ maxBytes: 10_000_000 });
  for (const a of ['1', '2', '1']) {
    const { fetch } = world({ backend, origin: () => ({ headers: ['x-a'] }) });
    expect((await fetch('{ofA}', {}, { 'x-a': a })).data).toEqual({ ofA: a });
  }
});

test('entries serve until what the supergraph says of the subgraph changes', async () => {
  const backend = openInProcessBackend({ maxBytes: 10_000_000 });
  const options = { ttl: null, maxTtl: 60_000, staleWhileRevalidate: 0 };
  const cache = new ResponseCache({ backend, subgraph: () => options, maxBytes: 0 });
  const calls: number[] = [];
  for (const schema of [typeDefs, typeDefs, `${typeDefs} type More { field: Int }`]) {
    const { things, fetch, asked } = world({ typeDefs: schema, cache });
    await things('a', { id: '1' });
    await fetch('{now}');
    calls.push(asked.length);
  }
  expect(calls).toEqual([2, 0, 2]);
});

test('what a field requires is part of the key', async () => {
  const { things } = world();
  for (const weight of [1, 2, 1])
    expect((await things('heavy', { id: '1', weight })).entities).toEqual([{ heavy: weight * 10 }]);
});
