import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sentHeaders, shapingHeaders, valuesOf } from './shaping-headers.js';

// Few, so that equal ones are drawn often; among them what would look alike in a careless key.
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'a,b', '__proto__', 'constructor'), { maxLength: 3 });
const parts = fc.array(fc.record({ subgraph: fc.constantFrom('one', 'two', 'one,two'), names }), {
  maxLength: 3,
});
const value = fc.constantFrom(undefined, '', 'null', 'x', 'x","y', '"');
const sent = fc
  .array(
    fc.tuple(fc.constantFrom('one', 'two', 'one,two'), fc.constantFrom('a', 'b', 'a,b', '__proto__'), value),
  )
  .map((entries) => {
    const all = new Map<string, Map<string, string>>();
    for (const [subgraph, name, text] of entries) {
      if (text === undefined) continue;
      all.set(subgraph, (all.get(subgraph) ?? new Map<string, string>()).set(name, text));
    }
    return (subgraph: string) => Object.fromEntries(all.get(subgraph) ?? []);
  });

test('values are equal exactly where each header that is named is the same, or absent from both', () => {
  fc.assert(
    fc.property(parts, sent, sent, (proofs, one, other) => {
      const shaping = shapingHeaders(proofs);
      const isEqual = proofs.every(({ subgraph, names: own }) =>
        own.every((name) => {
          const [left, right] = [one(subgraph), other(subgraph)];
          return Object.hasOwn(left, name) === Object.hasOwn(right, name) && left[name] === right[name];
        }),
      );
      expect(valuesOf(shaping, one) === valuesOf(shaping, other)).toBe(isEqual);
    }),
    { numRuns: 2_000 },
  );
});

test('the key is equal exactly where the same headers of the same subgraphs are named, in any order', () => {
  const setOf = (proofs: readonly { readonly subgraph: string; readonly names: readonly string[] }[]) =>
    new Set(
      proofs.flatMap(({ subgraph, names: own }) => own.map((name) => JSON.stringify([subgraph, name]))),
    );
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const [left, right] = [setOf(one), setOf(other)];
      const isEqual = left.size === right.size && [...left].every((name) => right.has(name));
      expect(shapingHeaders(one).key === shapingHeaders(other).key).toBe(isEqual);
    }),
    { numRuns: 2_000 },
  );
});

test('the rules of a subgraph run once for a request, and only if somebody asks', () => {
  let runs = 0;
  const headerRules = ({ authorization = '' }) => {
    runs += 1;
    return { authorization };
  };
  const sentTo = sentHeaders(new Map([['one', { options: { headerRules } }]]), { authorization: 'me' });
  expect(runs).toBe(0);
  expect([sentTo('one'), sentTo('one'), sentTo('unknown')]).toEqual([
    { authorization: 'me' },
    { authorization: 'me' },
    {},
  ]);
  expect(runs).toBe(1);
});
