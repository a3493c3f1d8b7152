/** How long what is kept is served, and what is not kept at all. */
import {
  CacheUnavailable,
  openInProcessBackend,
  type AnswerOrigin,
  type CacheBackend,
} from '@selvedge/cache';
import { afterEach, expect, test, vi } from 'vitest';
import { cachedSubgraph } from '../testing/cached-subgraph.js';
import type { CallOrigin } from '../execution/fetch-answer.js';

const typeDefs = `
  type Query { now: Int }
  type Thing @key(fields: "id") { id: ID!  version: Int!  other: Int }
`;

function world(
  origin: Partial<AnswerOrigin> | CallOrigin = {},
  given: Partial<Parameters<typeof cachedSubgraph>[0]> = {},
) {
  const store = { version: 1 };
  const resolvers = {
    Query: { now: () => store.version },
    Thing: {
      __resolveReference: ({ id }: { id: string }) => {
        if (id === 'bad') return Promise.reject(new Error('bad'));
        return { id, version: store.version, other: 0 };
      },
    },
  };
  return { store, ...cachedSubgraph({ typeDefs, resolvers, origin: () => origin, ...given }) };
}

const text = (fields: string) =>
  `query($representations:[_Any!]!){_entities(representations:$representations){...on Thing{${fields}}}}`;
const thing = (id = '1') => ({ __typename: 'Thing', id });
const write = (tags: readonly string[]) => ({ cluster: null, xids: [], tags });

afterEach(() => {
  vi.useRealTimers();
});

test.for([0, 10_000_000])('serves nothing of before a write (%i bytes of memory)', async (maxBytes) => {
  const { entities, store, backend } = world({ tags: ['things:'] }, { maxBytes });
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 1 }]);
  store.version = 2;
  await backend.settle('s', write(['others:']), null);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 1 }]);
  await backend.settle('s', write(['things:']), null);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 2 }]);
});

test('invalidates by type, with types that are only in what is kept, and all of the root', async () => {
  const { entities, fetch, store, backend } = world();
  await entities(text('version'), [thing()]);
  await fetch('{now}');
  store.version = 2;
  await backend.settle('s', write(['#Thing']), null);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 2 }]);
  expect((await fetch('{now}')).data).toEqual({ now: 1 });
  await backend.settle('s', write(['#Query']), null);
  expect((await fetch('{now}')).data).toEqual({ now: 2 });
});

test('does not keep what was read before a write that came while it was under way', async () => {
  const { entities, store, backend } = world(
    { tags: ['things:'] },
    {
      before: async () => {
        if (store.version === 1) await backend.settle('s', write(['things:']), null);
      },
    },
  );
  await entities(text('version'), [thing()]);
  store.version = 2;
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 2 }]);
});

test('serves nothing and keeps nothing while the outcome of a write is unknown', async () => {
  const { entities, store, backend } = world();
  await entities(text('version'), [thing()]);
  await backend.intend('s', 'write', { suspect: 0, over: 10_000 });
  store.version = 2;
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 2 }]);
  store.version = 3;
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 3 }]);
});

test('what is cached tells clients what is left of its time', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { entities } = world({ maxAge: 60 });
  expect((await entities(text('version'), [thing()])).cacheControl).toEqual(['max-age=60, public']);
  vi.setSystemTime(Date.now() + 20_500);
  expect((await entities(text('version'), [thing()])).cacheControl).toEqual(['max-age=39, public']);
  expect((await entities(text('version other'), [thing()])).cacheControl).toEqual([
    'max-age=39, public',
    'max-age=60, public',
  ]);
});

test('serves what is over while one fetch renews it, and nothing that is fenced', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { entities, store, backend, asked } = world(
    { maxAge: 10, tags: ['things:'] },
    { options: { staleWhileRevalidate: 60_000 } },
  );
  await entities(text('version'), [thing()]);
  store.version = 2;
  vi.setSystemTime(Date.now() + 11_000);
  // The answer comes at once, and the test waits for what is done after it.
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 1 }]);
  expect(asked).toHaveLength(2);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 2 }]);
  expect(asked).toHaveLength(2);
  vi.setSystemTime(Date.now() + 11_000);
  store.version = 3;
  await backend.settle('s', write(['things:']), null);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 3 }]);
});

test('asks nobody for so long as the schema lets it be stale', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { entities, store, backend } = world({ staleness: 5 });
  await entities(text('version'), [thing()]);
  store.version = 2;
  await backend.settle('s', write(['*']), null);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 1 }]);
  vi.setSystemTime(Date.now() + 5_000);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 2 }]);
});

const foreign = (
  cacheControl: string | undefined,
  vary: string | undefined,
  hasSetCookie = false,
): CallOrigin => ({
  extension: null,
  cacheControl,
  vary,
  hasSetCookie,
  hasErrors: false,
});

test.for<[string, Partial<AnswerOrigin> | CallOrigin, boolean]>([
  ['no lifetime', { maxAge: 0 }, false],
  ['a refusal', { refusal: 'a raw query' }, false],
  ['private, by nothing that is named', { isPrivate: true }, false],
  ['private, by a claim', { isPrivate: true, claims: ['sub'] }, true],
  ['shaped by what is of one request', { headers: ['x-request-id'] }, false],
  ['foreign, public, without Vary', foreign('public, max-age=60', undefined), false],
  ['foreign, public, with an empty Vary', foreign('public, max-age=60', ''), true],
  ['foreign, public, by all', foreign('public, max-age=60', '*'), false],
  ['foreign, not public', foreign('max-age=60', ''), false],
  ['foreign, private', foreign('private, max-age=60', ''), false],
  ['foreign, not to be stored', foreign('public, max-age=60, no-store', ''), false],
  ['foreign, without a lifetime', foreign('public', ''), false],
  ['with a cookie', foreign('public, max-age=60', '', true), false],
])('keeps or does not: %s', async ([, origin, isKept]) => {
  const { entities, asked } = world(origin);
  const first = await entities(text('version'), [thing()]);
  await entities(text('version'), [thing()]);
  expect(asked).toHaveLength(isKept ? 1 : 2);
  expect(first.proofs === null).toBe(!isKept);
});

test('keeps nothing of an operation that has an error', async () => {
  const { entities, asked } = world();
  const { entities: got, errors } = await entities(text('version'), [thing(), thing('bad')]);
  expect(got).toEqual([{ version: 1 }, null]);
  expect(errors).toMatchObject([{ entity: 1 }]);
  await entities(text('version'), [thing()]);
  expect(asked).toHaveLength(2);
});

test('puts errors where they belong when some of it was there', async () => {
  const { entities, asked } = world();
  await entities(text('version'), [thing('1')]);
  const { entities: got, errors } = await entities(text('version'), [thing('1'), thing('2'), thing('bad')]);
  expect(got).toEqual([{ version: 1 }, { version: 1 }, null]);
  expect(errors).toMatchObject([{ entity: 2 }]);
  expect(asked[1]?.representations).toEqual([thing('2'), thing('bad')]);
});

test('is as if there were no cache while it cannot be asked', async () => {
  const away = () => Promise.reject(new CacheUnavailable('away'));
  const backend: CacheBackend = {
    ...openInProcessBackend({ maxBytes: 1_000_000 }),
    read: away,
    states: away,
    fill: away,
  };
  const { entities, asked } = world({}, { backend });
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 1 }]);
  expect((await entities(text('version'), [thing()])).entities).toEqual([{ version: 1 }]);
  expect(asked).toHaveLength(2);
});
