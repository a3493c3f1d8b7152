/** Whatever is asked in whatever order, by whomever, a router that keeps answers sends the bytes that one without a cache does. */
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { compose } from '../../testing/compose.js';
import { names, resolvers, typeDefs } from '../../testing/recorded-items.js';
import { startRecordingSubgraph } from '../../testing/recording-subgraph.js';
import { Cleanup, startTestRouter } from '../../testing/test-router.js';

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const queries = [
  'query Q($id: ID!, $more: Boolean = false) { item(id: $id) { name price @include(if: $more) } }',
  'query Q($id: ID!, $more: Boolean = false) { one: item(id: $id) { name @skip(if: $more) id } item(id: "a") { name } }',
  'query Q($id: ID!, $more: Boolean = false) { me greeting @include(if: $more) item(id: $id) { __typename price } }',
  'query Q($id: ID!, $more: Boolean = false) { greeting item(id: $id) { ...I } brief @skip(if: $more) } fragment I on Item { n: name }',
  'query Q($id: ID!, $more: Boolean = false) { item(id: $id) { name } never @include(if: $more) odd @include(if: $more) }',
];

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      query: fc.constantFrom(...queries),
      variables: fc.record({ id: fc.constantFrom('a', 'b'), more: fc.boolean() }, { requiredKeys: ['id'] }),
      headers: fc.record(
        {
          authorization: fc.constantFrom('alice', 'bob'),
          'x-locale': fc.constantFrom('de', 'fr'),
          'x-tone': fc.constantFrom('loud', 'soft'),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      query: fc.constant('mutation Q($id: ID!, $name: String!) { rename(id: $id, name: $name) { name } }'),
      variables: fc.record({ id: fc.constantFrom('a', 'b'), name: fc.string({ maxLength: 5 }) }),
      headers: fc.constant({}),
    }),
  },
);

test('the bytes are those of an execution', async () => {
  const subgraph = await cleanup.add(startRecordingSubgraph({ typeDefs, resolvers }), (stub) => stub.stop());
  const sdl = compose([{ name: 'one', url: subgraph.url, typeDefs }]);
  const propagate = "headers: { all: { request: [{ propagate: { matching: 'authorization|x-.*' } }] } }";
  const start = (yaml: string) =>
    cleanup.add(startTestRouter({ sdl, yaml: `${propagate}\n${yaml}` }), (router) => router.close(0));
  const [keeping, plain] = [await start('response_cache: { enabled: true }'), await start('')];
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      names.clear();
      // A run knows nothing of what was true in the one before.
      for (const id of ['a', 'b']) {
        const query = `mutation { rename(id: "${id}", name: "fresh") { id } }`;
        await keeping.post({ query });
      }
      for (const { query, variables, headers } of steps) {
        const init = { headers: { ...headers } };
        const answer = await keeping.post({ query, variables }, init);
        if (answer.headers.get('x-selvedge-cache')?.startsWith('whole answer: 1 hit') === true) hits += 1;
        const expected = await plain.post({ query, variables }, init);
        expect(await answer.text()).toBe(await expected.text());
      }
    }),
    { numRuns: 10 },
  );
  expect(hits).toBeGreaterThan(0);
}, 120_000);
