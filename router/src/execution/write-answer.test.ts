/** Nulls where there may be none (GraphQL specification, 6.4.4): whatever comes back, data is what graphql-js makes of it. */
import fc from 'fast-check';
import { buildSchema, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { compiled, rootFetch, run } from '../testing/plans.js';
import { makeAnswer } from './answer.js';

const sdl = `
  type Query { a: Node b: [Node!] c: [[Node!]!] d: Strict e: [Int!] f: [[String]!]! }
  type Node { leaf: Int! next: Node nexts: [Node!]! maybe: [Node] }
  type Strict { node: Node! nodes: [Node!]! }
`;
const inner = 'leaf next { leaf } nexts { leaf } maybe { leaf next { leaf } }';
const text = `{ a { ${inner} } b { ${inner} } c { ${inner} } d { node { leaf } nodes { ${inner} } } e f }`;
const operation = compiled(sdl, text, rootFetch('root', text));
const schema = buildSchema(sdl);

const leaf = fc.oneof({ weight: 12, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.constant(null) });
function listOf<T>(item: fc.Arbitrary<T>, maxLength = 3) {
  return fc.option(fc.array(item, { maxLength }), { nil: null, freq: 15 });
}
function nodeOf(depth: number): fc.Arbitrary<unknown> {
  if (depth === 0)
    return fc.option(fc.record({ leaf, next: fc.constant(null), nexts: fc.constant([]) }), { freq: 15 });
  const next = nodeOf(depth - 1);
  const node = fc.record({ leaf, next, nexts: listOf(next), maybe: listOf(next) });
  return fc.option(node, { nil: null, freq: 15 });
}
const node = nodeOf(2);
const data = fc.record({
  a: node,
  b: listOf(node),
  c: listOf(listOf(node)),
  d: fc.option(fc.record({ node, nodes: listOf(node) }), { nil: null }),
  e: listOf(leaf, 5),
  f: listOf(listOf(fc.option(fc.string(), { nil: null }))),
});

test('nulls go up exactly as far as they must, and each that does is said', async () => {
  await fc.assert(
    fc.asyncProperty(data, async (rootValue) => {
      const outcome = await run(operation, () => ({ data: rootValue }));
      const { response, errors } = makeAnswer(operation, outcome, {});
      const got = JSON.parse(String(response)) as { data: unknown } | null;
      const expected = await graphql({ schema, source: text, rootValue });
      expect(got?.data ?? null).toEqual(JSON.parse(JSON.stringify(expected.data)));
      expect(errors.length > 0).toBe(expected.errors !== undefined);
    }),
    { numRuns: 300 },
  );
});
