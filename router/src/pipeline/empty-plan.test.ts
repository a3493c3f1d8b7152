import { Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { asksASubgraph } from './empty-plan.js';

test.each<[string, boolean, Record<string, unknown>?]>([
  ['{ a }', true],
  ['{ __typename a }', true],
  ['{ ...F } fragment F on Query { ... on Query { a } }', true],
  ['query ($yes: Boolean!) { a @include(if: $yes) }', true, { yes: true }],
  ['query ($yes: Boolean!) { a @include(if: $yes) }', false, { yes: false }],
  ['query ($yes: Boolean!) { ... @skip(if: $yes) { a } }', false, { yes: true }],
  ['{ a @skip(if: true) b @include(if: false) }', false],
  ['{ __typename __schema { queryType { name } } ...F } fragment F on Query { x: __typename }', false],
])('%s asks a subgraph: %s', (text, expected, coercedVariables = {}) => {
  const document = parse(text);
  const definition = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (definition === undefined) throw new Error('expected an operation');
  expect(asksASubgraph({ document, definition, coercedVariables })).toBe(expected);
});
