import { expect, test } from 'vitest';
import { at, compiled, entityFetch, parallel, rootFetch, sequence } from '../testing/plans.js';

const sdl = `
  type Query { things: [Thing] }
  type Thing { id: ID code: Int region: String origin: Origin a: Int b: Int c: Int }
  type Origin { country: String }
`;
const query = '{ things { a b c } }';
const root = (selections: string) => rootFetch('root', `{ things { __typename ${selections} } }`);

function determinants(...nodes: Parameters<typeof sequence>): (string | null)[] {
  return compiled(sdl, query, sequence(...nodes)).plan.fetches.map(({ determinant }) => determinant);
}

test('the one key of the hosts decides', () => {
  expect(determinants(root('id'), at('things.@', entityFetch('x', 'Thing', 'id', 'a')))).toEqual([
    null,
    'id',
  ]);
});

test.each([
  ['a key of two fields', 'code region'],
  ['a key with an object in it', 'origin { country }'],
  ['a key and something required of the same hosts', 'id code'],
])('%s: none does', (_, keys) => {
  const fetch = entityFetch('x', 'Thing', keys, 'a');
  expect(determinants(root('id code region origin { country }'), at('things.@', fetch))).toEqual([
    null,
    null,
  ]);
});

test('what is required of another fetch is decided by what decides that', () => {
  const other = entityFetch('y', 'Thing', 'id', 'b');
  const fetch = entityFetch('x', 'Thing', 'id b', 'a');
  expect(determinants(root('id'), at('things.@', other), at('things.@', fetch))).toEqual([null, 'id', 'id']);
});

test('and by nothing where another key decides that', () => {
  const other = entityFetch('y', 'Thing', 'code', 'b');
  const fetch = entityFetch('x', 'Thing', 'id b', 'a');
  const both = parallel(at('things.@', other));
  expect(determinants(root('id code'), both, at('things.@', fetch))).toEqual([null, 'code', null]);
});
