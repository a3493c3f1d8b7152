import { json, startStubSubgraph } from '@selvedge/testkit';
import { afterEach, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** @returns the `Cache-Control` that a client gets */
async function cacheControl(options: {
  readonly yaml?: string;
  readonly one?: string;
  readonly two?: string;
  /** Of the first. */
  readonly age?: string;
  readonly query?: string;
  readonly answer?: unknown;
}): Promise<string | null> {
  const one = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const two = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const headers = (value: string | undefined, age?: string) => ({
    ...(value !== undefined && { 'cache-control': value }),
    ...(age !== undefined && { age }),
  });
  const given = headers(options.one, options.age);
  one.behave(json(options.answer ?? { data: { a: 1, change: 1 } }, { headers: given }));
  two.behave(json({ data: { b: 1 } }, { headers: headers(options.two) }));
  const sdl = compose([
    { name: 'one', url: one.url, typeDefs: 'type Query { a: Int } type Mutation { change: Int }' },
    { name: 'two', url: two.url, typeDefs: 'type Query { b: Int }' },
  ]);
  const yaml = options.yaml ?? 'client_cache: { max_age: 60s }';
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  return (await router.query(options.query ?? '{ a b }')).headers.get('cache-control');
}

test.each([
  ['nothing granted', { yaml: '', one: 'max-age=30', two: 'max-age=30' }, 'no-cache'],
  ['the least of all subgraphs', { one: 'max-age=30', two: 'public, max-age=20' }, 'max-age=20, public'],
  ['no more than the grant', { one: 'max-age=3000', two: 'max-age=2000' }, 'max-age=60, public'],
  ['private if one is', { one: 'max-age=30, private', two: 'max-age=30' }, 'max-age=30, private'],
  [
    'less what it has been kept for',
    { one: 'max-age=50', age: '20', two: 'max-age=60' },
    'max-age=30, public',
  ],
  [
    'not at all if it has been kept for longer',
    { one: 'max-age=50', age: '70', two: 'max-age=60' },
    'no-cache',
  ],
  [
    'all of it if the age is none',
    { one: 'max-age=50', age: 'old', two: 'max-age=60' },
    'max-age=50, public',
  ],
  ['not at all if one says nothing', { one: 'max-age=30' }, 'no-cache'],
  ['not at all if one forbids it', { one: 'max-age=30', two: 'no-store' }, 'no-cache'],
  ['not at all if one is revalidated', { one: 'max-age=30', two: 'no-cache, max-age=30' }, 'no-cache'],
  ['not for a mutation', { one: 'max-age=30', query: 'mutation { change }' }, 'no-cache'],
  ['not for introspection', { query: '{ __typename }' }, 'no-cache'],
  ['not for an invalid query', { query: '{ nope }' }, 'no-cache'],
  [
    'not with errors',
    { query: '{ a }', one: 'max-age=30', answer: { data: { a: null }, errors: [{ message: 'no' }] } },
    'no-cache',
  ],
])('%s', async (_, options, expected) => {
  expect(await cacheControl(options)).toBe(expected);
});
