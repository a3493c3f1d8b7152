import { parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { mutationSteps } from './mutation-steps.js';

function steps(text: string) {
  const found = mutationSteps(parse(text), undefined);
  return found && { ...found, steps: found.steps.map((step) => print(step).replace(/\s+/g, ' ')) };
}

test('each response name is a step of its own, with the conditions around it', () => {
  const text =
    'mutation ($y: Boolean!) { ... on Mutation @skip(if: $y) { a: add { id } } b: add { id } a: add { count } }';
  expect(steps(text)).toEqual({
    isFlat: false,
    steps: [
      'mutation ($y: Boolean!) { ... on Mutation @skip(if: $y) { a: add { id } } a: add { count } }',
      'mutation ($y: Boolean!) { b: add { id } }',
    ],
  });
});

test('fields of named fragments stand where the fragment is spread', () => {
  const found = steps('mutation { a: add ...F @include(if: true) } fragment F on Mutation { b: add }');
  const fragment = 'fragment F on Mutation { b: add }';
  expect(found?.steps).toEqual([
    `mutation { a: add } ${fragment}`,
    `mutation { ... on Mutation @include(if: true) { b: add } } ${fragment}`,
  ]);
});

test('neither queries nor single changes are taken apart', () => {
  expect(steps('{ a b }')).toBeNull();
  expect(steps('mutation { a a }')).toBeNull();
  expect(steps('mutation { a b }')?.isFlat).toBe(true);
});
