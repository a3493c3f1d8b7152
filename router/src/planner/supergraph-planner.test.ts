import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { Supergraph as FederationSupergraph } from '@apollo/federation-internals';
import { buildASTSchema, parse, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { supergraphPlanner, type SupergraphPlanner } from './supergraph-planner.js';

const url = 'http://127.0.0.1:9/';

function planner(subgraphs: Readonly<Record<string, string>>): SupergraphPlanner {
  return supergraphPlanner(sdlOf(subgraphs), { plans: undefined, paths: undefined });
}

function sdlOf(subgraphs: Readonly<Record<string, string>>): string {
  return compose(Object.entries(subgraphs).map(([name, typeDefs]) => ({ name, url, typeDefs })));
}

function fetches(of: SupergraphPlanner, text: string, overrideLabels: readonly string[] = []): FetchNode[] {
  const collect = (node: PlanNode): FetchNode[] => {
    if (node.kind === 'Fetch') return [node];
    if (node.kind === 'Flatten') return collect(node.node);
    if (node.kind === 'Sequence' || node.kind === 'Parallel') return node.nodes.flatMap(collect);
    throw new Error(`expected a fetch but got ${node.kind}`);
  };
  const { node } = of.plan({ text, operationName: undefined, overrideLabels });
  return node === undefined || node.kind === 'Subscription' ? [] : collect(node);
}

describe('a key that is `resolvable: false`', () => {
  const resolver = `
    type Query { item: Item }
    type Item @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! name: String @shareable }
  `;
  const stub = `
    type Query { order: Order }
    type Order { item: Item }
    type Item @key(fields: "id", resolvable: false) { id: ID! }
  `;

  test('is never how a subgraph is entered, however short the way would be', () => {
    const shop = planner({ resolver, stub });
    expect(fetches(shop, '{ order { item { name } } }').map(({ serviceName }) => serviceName)).toEqual([
      'stub',
      'resolver',
    ]);
    const entered = ['{ order { item { id sku name } } }', '{ item { id name } order { item { sku } } }']
      .flatMap((text) => fetches(shop, text))
      .filter(({ requires }) => requires !== undefined);
    expect(entered).not.toHaveLength(0);
    expect(entered.every(({ serviceName }) => serviceName === 'resolver')).toBe(true);
  });

  test('makes way for another key of the same type by which it can be entered', () => {
    const shop = planner({
      resolver,
      more: `type Item @key(fields: "id", resolvable: false) @key(fields: "sku") { id: ID! sku: ID! stock: Int }`,
      stub,
    });
    const [, keys, stock] = fetches(shop, '{ order { item { stock } } }');
    expect(keys?.serviceName).toBe('resolver');
    expect(stock?.serviceName).toBe('more');
    expect(JSON.stringify(stock?.requires)).toContain('"sku"');
    expect(JSON.stringify(stock?.requires)).not.toContain('"id"');
  });
});

describe('a plan without a fetch', () => {
  test('is what introspection and `__typename` get', () => {
    const shop = planner({ one: 'type Query { a: Int }' });
    for (const text of ['{ __typename }', '{ __schema { queryType { name } } }']) {
      expect(shop.plan({ text, operationName: undefined, overrideLabels: [] })).toEqual({
        kind: 'QueryPlan',
      });
    }
  });
});

describe('labels', () => {
  test('that are on move their fields, and no other', () => {
    const moved = planner({
      old: 'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int b: Int }',
      next: `type T @key(fields: "id") {
        id: ID! a: Int @override(from: "old", label: "move-a") b: Int @override(from: "old", label: "percent(5)")
      }`,
    });
    expect(moved.digest.overrideLabels).toEqual(['move-a', 'percent(5)']);
    const services = (labels: string[]) =>
      fetches(moved, '{ t { a b } }', labels).map(({ serviceName, operation }) => [
        serviceName,
        operation.includes(' a') || operation.includes('{a'),
      ]);
    expect(services([])).toEqual([['old', true]]);
    expect(services(['move-a'])).toEqual([
      ['old', false],
      ['next', true],
    ]);
    expect(services(['percent(5)'])).toEqual([
      ['old', true],
      ['next', false],
    ]);
  });
});

test('clients see the same schema as Apollo makes of the supergraph', () => {
  const sdl = sdlOf({
    one: `
      "All there is" type Query { "Its items" items(first: Int = 3, of: In = { a: [1] }): [I!]! old: Int @deprecated(reason: "gone") }
      interface I { id: ID! } type A implements I @key(fields: "id") { id: ID! secret: Int @inaccessible e: E d: Date }
      enum E { X Y @inaccessible } input In { a: [Int!] = [2] } scalar Date @specifiedBy(url: "https://example.com/date")
      union U = A | B type B { u: U }
    `,
  });
  const { digest } = supergraphPlanner(sdl, { plans: undefined, paths: undefined });
  const theirs = FederationSupergraph.build(sdl, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
  const ours = buildASTSchema(parse(digest.apiSdl), { assumeValid: true, assumeValidSDL: true });
  expect(printSchema(ours)).toBe(printSchema(theirs));
  expect(printSchema(ours)).toContain('@specifiedBy');
});

test('@context is planned: the field’s argument comes from where the context was set', () => {
  const contexts = planner({
    one: `
      type Query { user: User }
      type User @key(fields: "id") @federation__context(name: "user") { id: ID! locale: String post: Post }
      type Post @key(fields: "id") { id: ID! body(locale: String @federation__fromContext(field: "$user { locale }")): String }
    `,
  });
  const rewrites = fetches(contexts, '{ user { locale: id post { body } } }').flatMap(
    ({ contextRewrites = [] }) => contextRewrites,
  );
  expect(rewrites).not.toHaveLength(0);
  expect(contexts.digest.refusedFeatures).toEqual([]);
  expect(contexts.digest.names.reserved.has('locale')).toBe(true);
});
