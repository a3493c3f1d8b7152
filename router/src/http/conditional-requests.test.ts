/** What the client has already is not sent again (RFC 9110, 13.1.2), by whichever way it is answered. */
import { gunzipSync } from 'node:zlib';
import { json, startStubSubgraph, type StubSubgraph } from '@selvedge/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { getFrom, type RawAnswer } from '../testing/raw-get.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = 'type Query { a: String  b: String } type Mutation { change: String }';
let subgraph: StubSubgraph;
let router: TestRouter;

beforeEach(async () => {
  await start('');
});

async function start(yaml: string): Promise<void> {
  subgraph = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  subgraph.behave(json({ data: { a: 'x' } }));
  const sdl = compose([{ name: 'one', url: subgraph.url, typeDefs }]);
  router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
}

function get(query: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return getFrom(`${router.endpoint}?query=${encodeURIComponent(query)}`, headers);
}

// The first goes by way of @apollo/server, whatever comes later past it.
describe.each(['for the first time', 'again'])('a query that is asked for %s', (time) => {
  beforeEach(async () => {
    if (time === 'again') await get('{ a }');
  });

  test('has a strong entity tag, by which it is not sent again', async () => {
    const { headers } = await get('{ a }');
    const tag = headers.etag ?? '';
    expect(tag).toMatch(/^"[\w-]{27}"$/);
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', 'content-length': '18' });
    const again = await get('{ a }', { 'if-none-match': tag });
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
    expect(again.headers).toMatchObject({ etag: tag, 'cache-control': 'no-cache', vary: headers.vary });
    expect(again.headers).not.toHaveProperty('content-type');
    expect(again.headers).not.toHaveProperty('content-length');
  });

  test.each([
    ['*', 304],
    ['"other"', 200],
    ['"other", W/{tag}', 304],
  ])('with `If-None-Match: %s` is %i', async (header, status) => {
    const { headers } = await get('{ a }');
    const answer = await get('{ a }', { 'if-none-match': header.replace('{tag}', headers.etag ?? '') });
    expect(answer.status).toBe(status);
  });

  test('has another tag once it has changed, and the same in the other media type', async () => {
    const { headers } = await get('{ a }');
    const json2 = { accept: 'application/graphql-response+json' };
    expect((await get('{ a }', json2)).headers.etag).toBe(headers.etag);
    subgraph.behave(json({ data: { a: 'y' } }));
    const changed = await get('{ a }', { 'if-none-match': headers.etag ?? '' });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(headers.etag);
  });

  test('has a tag of its own in each content coding', async () => {
    subgraph.behave(json({ data: { a: 'x'.repeat(2_000) } }));
    const plain = await get('{ a }');
    const gzip = { 'accept-encoding': 'gzip' };
    const compressed = await get('{ a }', gzip);
    const tag = compressed.headers.etag ?? '';
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(compressed.body).equals(plain.body)).toBe(true);
    expect(tag).not.toBe(plain.headers.etag);
    expect((await get('{ a }', { ...gzip, 'if-none-match': tag })).status).toBe(304);
    expect((await get('{ a }', { 'if-none-match': tag })).status).toBe(200);
  });

  test('by POST has the same tag, and is sent whatever the client has', async () => {
    const { headers } = await get('{ a }');
    const posted = await router.post({ query: '{ a }' }, { headers: { 'if-none-match': '*' } });
    expect([posted.status, posted.headers.get('etag')]).toEqual([200, headers.etag]);
  });

  test('has no tag with errors', async () => {
    subgraph.behave(json({ data: { a: null }, errors: [{ message: 'no', path: ['a'] }] }));
    const failed = await get('{ a }', { 'if-none-match': '*' });
    expect(failed.status).toBe(200);
    expect(failed.headers).not.toHaveProperty('etag');
  });
});

test.each([
  ['what does not parse', '{'],
  ['what is not valid', '{ c }'],
])('%s has no tag', async (_, query) => {
  const answer = await get(query, { 'if-none-match': '*' });
  expect(answer.status).not.toBe(304);
  expect(answer.headers).not.toHaveProperty('etag');
});

test('a mutation and an array have no tag', async () => {
  subgraph.behave(json({ data: { change: 'done' } }));
  const changed = await router.post({ query: 'mutation { change }' }, { headers: { 'if-none-match': '*' } });
  expect([changed.status, changed.headers.get('etag')]).toEqual([200, null]);
  await cleanup.run();
  await start('batching: { enabled: true }');
  const array = await router.post([{ query: '{ a }' }, { query: '{ a }' }]);
  expect([array.status, array.headers.get('etag')]).toEqual([200, null]);
});

test('the way past @apollo/server gives the same tags as the way through it', async () => {
  const first = await get('{ a b }');
  const second = await get('{ a b }');
  expect(second.headers.etag).toBe(first.headers.etag);
  expect(second.body.equals(first.body)).toBe(true);
});
