/** Whoever has the acknowledgement of a write is shown it, however many ask the same at the same time. */
import { json, startStubSubgraph, type RecordedRequest } from '@selvedge/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = `
  type Query { counter: Counter }
  type Mutation { count: Int }
  type Counter @key(fields: "id") { id: ID! at: Int }`;
const otherTypeDefs = `
  type Query { other: Counter }
  type Counter @key(fields: "id") { id: ID! }`;

const readers = 6;
const writers = 3;
const writes = 25;

/** The same fetches, as whole answers that are equal, and in operations that are not. */
const queries = [
  '{ other { at } }',
  'query One { other { at } }',
  'query Two { other { at id } }',
  '{ counter { at } }',
];

test.each([
  ['as shipped', ''],
  ['with HTTP arrays', 'batching: { subgraph: { all: { enabled: true } } }'],
  ['with fetches shared only', 'traffic_shaping: { router: { deduplicate_query: false } }'],
])('an acknowledged write is seen by who has its acknowledgement: %s', async (_, yaml) => {
  const subgraph = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  const other = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  let value = 0;
  let count = 0;
  const answerOne = async (text: string): Promise<object> => {
    if (text.includes('mutation')) return { data: { count: (value += 1) } };
    // Read at once, told late: what is under way is older than a write that is acknowledged meanwhile.
    const seen = { __typename: 'Counter', id: '1', at: value };
    await sleep((count += 7) % 12);
    return { data: text.includes('_entities') ? { _entities: [seen] } : { counter: seen } };
  };
  const answer = async ({ body }: RecordedRequest) => {
    const operations = body as { readonly query: string } | readonly { readonly query: string }[];
    return json(
      'query' in operations
        ? await answerOne(operations.query)
        : await Promise.all(operations.map(({ query }) => answerOne(query))),
    );
  };
  subgraph.behave({ from: answer });
  other.behave(json({ data: { other: { __typename: 'Counter', id: '1' } } }));
  const sdl = compose([
    { name: 'one', url: subgraph.url, typeDefs },
    { name: 'two', url: other.url, typeDefs: otherTypeDefs },
  ]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  const read = async (nth: number): Promise<number> => {
    const { data, errors } = await router.query(queries[nth % queries.length] ?? '');
    expect(errors).toBeUndefined();
    const { at } = Object.values(data as Record<string, { readonly at: number }>)[0] ?? { at: NaN };
    return at;
  };
  let isOver = false;
  let reads = 0;
  const reading = Array.from({ length: readers }, async (_each, reader) => {
    while (!isOver) {
      await read(reader);
      reads += 1;
    }
  });
  const stale: string[] = [];
  const writing = Array.from({ length: writers }, async (_each, writer) => {
    for (let nth = 0; nth < writes; nth += 1) {
      const { data } = await router.query('mutation { count }');
      const acknowledged = Number(data?.['count']);
      const seen = await read(writer + nth);
      if (!(seen >= acknowledged)) stale.push(`saw ${seen} after ${acknowledged}`);
    }
  });
  await Promise.all(writing);
  isOver = true;
  await Promise.all(reading);
  expect(stale).toEqual([]);
  expect(value).toBe(writers * writes);
  // Otherwise nothing was shared, and the test says nothing.
  expect(subgraph.requests.length).toBeLessThan(reads + 2 * writers * writes);
});
