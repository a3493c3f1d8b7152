import type { FetchNode } from '@apollo/query-planner';
import { OperationTypeNode } from 'graphql';
import { expect, test } from 'vitest';
import { mergeSiblings } from './merge-siblings.js';
import type { PlannedFetch } from './planned-fetches.js';

function fetch(
  selections: string,
  more: Partial<PlannedFetch> = {},
  node: Partial<FetchNode> = {},
): PlannedFetch {
  const text = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on T { ${selections} } } }`;
  return {
    node: {
      kind: 'Fetch',
      serviceName: 's',
      requires: [],
      operation: text,
      operationKind: OperationTypeNode.QUERY,
      ...node,
    } as FetchNode,
    path: ['t'],
    conditions: [],
    after: new Set(),
    part: null,
    instead: null,
    ...more,
  };
}

test('the later fetch asks for both, and knows what to ask for instead', () => {
  const first = fetch('id');
  const early = fetch('a', { after: new Set([first]) });
  const late = fetch('b', { after: new Set([first]) });
  const [, merged, ...others] = mergeSiblings([{ ...first, path: [] }, early, late]);
  expect(others).toEqual([]);
  expect(merged?.node.operation).toMatch(/\ba\b[^]*\bb\b|\bb\b[^]*\ba\b/);
  expect(merged?.instead?.operation).toContain('{ ... on T {');
});

test.each([
  ['of another subgraph', fetch('b', {}, { serviceName: 'other' })],
  ['at another place', fetch('b', { path: ['u'] })],
  ['of a deferred part', fetch('b', { part: 'later' })],
  ['under a condition', fetch('b', { conditions: [{ variable: 'v', expected: true }] })],
  ['with another meaning of a key', fetch('a: b')],
])('a fetch %s stays apart', (_, other) => {
  expect(mergeSiblings([fetch('a'), other])).toHaveLength(2);
});

test('where one type stands for several, fetches of some of them and of all stay apart', () => {
  const named = (type: string, known: string): Partial<FetchNode> => ({
    requires: [{ kind: 'InlineFragment', typeCondition: type, selections: [] }],
    inputRewrites: [{ kind: 'ValueSetter', path: [`... on ${type}`, '__typename'], setValueTo: known }],
  });
  const ofAll = fetch('a', {}, named('T', 'T'));
  expect(mergeSiblings([ofAll, fetch('b', {}, named('Some', 'T'))])).toHaveLength(2);
  expect(mergeSiblings([ofAll, fetch('b', {}, named('T', 'T'))])).toHaveLength(1);
});

test('a fetch that others wait for is not kept back', () => {
  const early = fetch('a');
  const follows = fetch('c', { path: ['t', 'c'], after: new Set([early]) });
  const late = fetch('b', { after: new Set([fetch('z')]) });
  expect(mergeSiblings([early, late, follows])).toHaveLength(3);
});
