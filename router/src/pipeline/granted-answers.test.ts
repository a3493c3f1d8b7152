/** What clients are granted of answers that the router keeps, through a whole router. */
import { gunzipSync } from 'node:zlib';
import type { StubSubgraph } from '@selvedge/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { getFrom } from '../testing/raw-get.js';
import { names, resolvers, typeDefs } from '../testing/recorded-items.js';
import { startRecordingSubgraph } from '../testing/recording-subgraph.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const yaml = `
response_cache: { enabled: true }
client_cache: { max_age: 10m, surrogate_keys: { header: surrogate-key } }
headers: { all: { request: [{ propagate: { matching: 'authorization|x-.*' } }] } }
`;
let subgraph: StubSubgraph;
let router: TestRouter;

beforeEach(async () => {
  names.clear();
  subgraph = await cleanup.add(startRecordingSubgraph({ typeDefs, resolvers }), (stub) => stub.stop());
  const sdl = compose([{ name: 'one', url: subgraph.url, typeDefs }]);
  router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
});

function get(query: string, headers: Record<string, string> = {}) {
  return getFrom(`${router.endpoint}?query=${encodeURIComponent(query)}`, headers);
}

const byEachWay = ['by @apollo/server', 'by an execution of its own', 'from what is kept', 'again'];

test('the terms are the same by each way to an answer', async () => {
  for (const way of byEachWay) {
    const { headers } = await get('{ item(id: "a") { name } greeting }', { 'x-locale': 'de' });
    expect(headers['cache-control'], way).toMatch(/^max-age=(?:5\d|60), public$/);
    expect(headers, way).toMatchObject({
      age: '0',
      'surrogate-key': 'one one/#Item one/#Query one/items:id=a',
    });
    expect(headers.vary, way).toContain('x-locale, x-tone');
    expect(headers['x-selvedge-cache']?.includes('whole answer: 1 hit'), way).toBe(
      way === 'from what is kept' || way === 'again',
    );
  }
});

test('304 has the terms of the answer', async () => {
  for (const way of byEachWay) {
    const { headers } = await get('{ me }', { authorization: 'me' });
    const again = await get('{ me }', { authorization: 'me', 'if-none-match': headers.etag ?? '' });
    expect(again.status, way).toBe(304);
    expect(again.headers['cache-control'], way).toMatch(/^max-age=\d+, private$/);
    expect(again.headers.vary, way).toContain('authorization');
    const other = await get('{ me }', { authorization: 'you', 'if-none-match': headers.etag ?? '' });
    expect(other.status, way).toBe(200);
  }
});

test('what is kept is compressed for who asks for it, and sent plainly to who does not', async () => {
  names.set('a', 'x'.repeat(5_000));
  const query = '{ item(id: "a") { name } }';
  const { body } = await get(query);
  await get(query);
  for (let time = 0; time < 2; time += 1) {
    const compressed = await get(query, { 'accept-encoding': 'gzip' });
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(compressed.body).equals(body)).toBe(true);
    expect((await get(query)).body.equals(body)).toBe(true);
  }
});

test('a write takes back nothing that a client has, but what it asks for next is new', async () => {
  const query = '{ item(id: "a") { name } }';
  const { headers } = await get(query);
  await get(query);
  await router.query('mutation { rename(id: "a", name: "new") { id } }');
  const after = await get(query, { 'if-none-match': headers.etag ?? '' });
  expect([after.status, after.body.toString()]).toEqual([200, '{"data":{"item":{"name":"new"}}}']);
});
