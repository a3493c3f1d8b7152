/** Which fetches of an operation have to do with the cache: not those after its mutation, and all that wrote. */
import { cacheExtensionName, type CacheExtension } from '@selvedge/cache';
import { json, startStubSubgraph, type RecordedRequest } from '@selvedge/testkit';
import { afterEach, expect, test } from 'vitest';
import { forAMinute } from '../testing/cached-subgraph.js';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = `
  type Query { counter: Counter!  bump: Int! }
  type Mutation { touch: Counter! }
  type Counter @key(fields: "id") { id: ID!  at: Int! }
`;
const named = 'type Counter @key(fields: "id") { id: ID!  name: String! }';

async function start(keepsWhole = false) {
  const counting = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const naming = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  const store = { at: 0, name: 'first', refusal: null as string | null };
  const answer = (data: object, more: Partial<CacheExtension>) =>
    json({ data, extensions: { [cacheExtensionName]: { cluster: null, ...more } } });
  counting.behave({
    from({ body }: RecordedRequest) {
      const { query } = body as { query: string };
      const counter = { __typename: 'Counter', id: '1', at: store.at };
      if (query.includes('touch')) return answer({ touch: counter }, {});
      if (!query.includes('bump'))
        return answer({ counter }, { answer: { ...forAMinute, tags: ['counters:'] } });
      store.at += 1;
      const refused = { ...forAMinute, maxAge: 0, refusal: 'a transaction ran' };
      return answer({ bump: store.at }, { answer: refused, writes: { xids: [], tags: ['counters:'] } });
    },
  });
  naming.behave({
    from: () => {
      const { name, refusal } = store;
      return answer({ _entities: [{ name }] }, { answer: { ...forAMinute, refusal } });
    },
  });
  const sdl = compose([
    { name: 'counting', url: counting.url, typeDefs },
    { name: 'naming', url: naming.url, typeDefs: named },
  ]);
  const yaml = `response_cache: { enabled: true, whole_answers: { enabled: ${keepsWhole} } }`;
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  return { store, ask: async (query: string) => (await router.query(query)).data };
}

test('a write of a query is seen by whoever asks after it', async () => {
  const { ask } = await start();
  for (let time = 0; time < 2; time += 1)
    expect(await ask('{ counter { at } }')).toEqual({ counter: { at: 0 } });
  expect(await ask('{ bump }')).toEqual({ bump: 1 });
  expect(await ask('{ counter { at } }')).toEqual({ counter: { at: 1 } });
});

test('what follows a mutation in its operation is fetched, whatever is kept', async () => {
  const { ask, store } = await start();
  for (let time = 0; time < 2; time += 1)
    expect(await ask('{ counter { name } }')).toEqual({ counter: { name: 'first' } });
  store.name = 'second';
  expect(await ask('{ counter { name } }')).toEqual({ counter: { name: 'first' } });
  expect(await ask('mutation { touch { name } }')).toEqual({ touch: { name: 'second' } });
});

test('an answer is not kept whole where one fetch must not be kept', async () => {
  const { ask, store } = await start(true);
  store.refusal = 'it reads the clock';
  for (let time = 0; time < 5; time += 1) {
    store.name = `name ${time}`;
    expect(await ask('{ counter { at name } }')).toEqual({ counter: { at: 0, name: store.name } });
  }
});
