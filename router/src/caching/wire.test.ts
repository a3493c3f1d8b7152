/** What of caching is on the wire: asked for by a header that no client can send, told by an extension that no client gets. */
import { cacheExtensionName, cacheRequestHeader } from '@selvedge/cache';
import { json, startStubSubgraph, type RecordedRequest } from '@selvedge/testkit';
import { afterEach, expect, test } from 'vitest';
import { forAMinute } from '../testing/cached-subgraph.js';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = `
  type Query { product(id: ID!): Product  products(ids: [ID!]!): [Product!]! }
  type Product @key(fields: "id") { id: ID! }
`;
const details = 'type Product @key(fields: "id") { id: ID! name: String }';
const cached = 'response_cache: { enabled: true, whole_answers: { enabled: false } }';
const all = 'headers: { all: { request: [{ propagate: { matching: ".*" } }] } }';

interface Body {
  readonly variables: {
    readonly ids?: readonly string[];
    readonly representations?: readonly { readonly id: string }[];
  };
}

async function start(yaml: string) {
  const products = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const names = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const extensions = (answer: object) => ({ [cacheExtensionName]: { cluster: null, answer } });
  products.behave({
    from: ({ body }) => {
      const ids = (body as Body).variables.ids ?? ['1'];
      const data = { products: ids.map((id) => ({ __typename: 'Product', id })) };
      return json({ data, extensions: extensions({ ...forAMinute, maxAge: 0 }) });
    },
  });
  names.behave({
    from: ({ body }: RecordedRequest) => {
      const ids = (body as Body).variables.representations?.map(({ id }) => id) ?? [];
      const entityTags = ids.map((id) => [`products:id=${id}`]);
      const data = { _entities: ids.map((id) => ({ name: `name of ${id}` })) };
      return json({ data, extensions: extensions({ ...forAMinute, entityTags }) });
    },
  });
  const sdl = compose([
    { name: 'products', url: products.url, typeDefs },
    { name: 'names', url: names.url, typeDefs: details },
  ]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  const ask = (...ids: string[]) => router.query('query($ids:[ID!]!){products(ids:$ids){name}}', { ids });
  return { products, names, router, ask };
}

test('a subgraph is asked by a header, and what it tells goes no further', async () => {
  const { names, ask } = await start(cached);
  const { data, extensions } = await ask('1', '2');
  expect(data).toEqual({ products: [{ name: 'name of 1' }, { name: 'name of 2' }] });
  expect(JSON.stringify(extensions ?? {})).not.toContain(cacheExtensionName);
  expect(names.requests[0]?.headers[cacheRequestHeader]).toBe('1');
  expect((await ask('2', '1')).data).toEqual({ products: [{ name: 'name of 2' }, { name: 'name of 1' }] });
  expect(names.requests).toHaveLength(1);
});

test('no client can ask, whatever is propagated', async () => {
  const { names, router } = await start(all);
  const headers = { [cacheRequestHeader]: '1', 'x-other': '1' };
  await router.query('{products(ids:["1"]){name}}', {}, { headers });
  expect(names.requests[0]?.headers).toMatchObject({ 'x-other': '1' });
  expect(names.requests[0]?.headers[cacheRequestHeader]).toBeUndefined();
});

test('nothing is asked of a subgraph that is not cached', async () => {
  const off = 'response_cache: { enabled: true, subgraph: { subgraphs: { names: { enabled: false } } } }';
  const { names, products, ask } = await start(off);
  await ask('1');
  expect(products.requests[0]?.headers[cacheRequestHeader]).toBe('1');
  expect(names.requests[0]?.headers[cacheRequestHeader]).toBeUndefined();
});
