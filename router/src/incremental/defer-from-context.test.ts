/** What the planner cannot defer is answered whole. */
import { afterEach, expect, test } from 'vitest';
import { federate } from '../correctness/federate.js';
import { Cleanup } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test('`@fromContext` below a deferred fragment, which the planner breaks on', async () => {
  const shelf = {
    typeDefs: `
      type Query { shelf: Shelf }
      type Shelf @key(fields: "id") @federation__context(name: "shelf") { id: ID! room: String! books: [Book!] }
      type Book @key(fields: "id") { id: ID! place(of: String @federation__fromContext(field: "$shelf { room }")): String }
    `,
    resolvers: {
      Query: { shelf: () => ({ id: '1', room: 'attic', books: [{ id: 'b' }] }) },
      Book: {
        __resolveReference: (reference: object) => reference,
        place: (_: unknown, { of }: { of: string }) => `in the ${of}`,
      },
    },
  };
  const { router } = await cleanup.add(federate({ shelf }, ''), (started) => started.stop());
  const response = await router.post(
    { query: '{ shelf { ... @defer { books { place } } } }' },
    { headers: { accept: 'multipart/mixed;deferSpec=20220824,application/json' } },
  );
  expect(await response.json()).toEqual({ data: { shelf: { books: [{ place: 'in the attic' }] } } });
});
