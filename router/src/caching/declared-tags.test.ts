import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { declaredTags } from './declared-tags.js';

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable", ${imports}])`;

/** @param schemas by the subgraph's name */
function tagsOf(schemas: Readonly<Record<string, string>>, imports = '"@cacheTag"') {
  const { errors, supergraphSdl = '' } = composeServices(
    Object.entries(schemas).map(([name, text]) => ({
      name,
      url: 'http://127.0.0.1:1',
      typeDefs: parse(`${link(imports)}\n${text}`),
    })),
  );
  expect(errors).toBeUndefined();
  return declaredTags(parse(supergraphSdl));
}

describe('declared cache tags', () => {
  test('are those of the subgraph, by the key of the entity', () => {
    const tags = tagsOf({
      catalog: `
        type Query { a: Int }
        type Product @key(fields: "id") @cacheTag(format: "product-{$key.id}") @cacheTag(format: "products") { id: ID! }
      `,
      inventory: `
        type Product @key(fields: "id") @cacheTag(format: "stock of {$key.id}!") { id: ID! stock: Int }
      `,
    });
    expect(tags.warnings).toEqual([]);
    const representation = JSON.stringify({ __typename: 'Product', id: '7' });
    expect(tags.entity('catalog', 'Product', representation)).toEqual(['@product-7', '@products']);
    expect(tags.entity('inventory', 'Product', representation)).toEqual(['@stock of 7!']);
    expect(tags.entity('inventory', 'Category', representation)).toEqual([]);
    expect(tags.entity('nowhere', 'Product', representation)).toEqual([]);
  });

  test('reach into composite and nested keys, of which each has them', () => {
    const tags = tagsOf({
      a: `
        type Query { a: Int }
        type Line @key(fields: "order { id } sku") @cacheTag(format: "{$key.order.id}/{ $key.sku }") { order: Order! sku: ID! }
        type Order { id: ID! }
      `,
    });
    expect(tags.warnings).toEqual([]);
    const representation = JSON.stringify({ __typename: 'Line', order: { id: 3 }, sku: 'A' });
    expect(tags.entity('a', 'Line', representation)).toEqual(['@3/A']);
  });

  test('are those of a root field, by its arguments', () => {
    const tags = tagsOf({
      a: 'type Query { f(id: ID!, by: By): Int @cacheTag(format: "f-{$args.id}") @cacheTag(format: "{$args.by.name}") } input By { name: String }',
    });
    expect(tags.warnings).toEqual([]);
    expect(tags.root('a', 'f', { id: '7', by: { name: 'x' } })).toEqual(['@f-7', '@x']);
    expect(tags.root('a', 'f', { id: 7, by: null })).toEqual(['@f-7']);
    expect(tags.root('a', 'g', {})).toEqual([]);
  });

  test('are not made where the value is no text', () => {
    const tags = tagsOf({ a: 'type Query { f(id: [ID!]): Int @cacheTag(format: "f-{$args.id}") }' });
    for (const id of [null, undefined, ['7'], {}]) expect(tags.root('a', 'f', { id })).toEqual([]);
  });

  test('are found whatever the subgraph calls the directive, and in a query type of another name', () => {
    const tags = tagsOf(
      { a: 'schema { query: Reads } type Reads { f: Int @tagged(format: "f") }' },
      '{ name: "@cacheTag", as: "@tagged" }',
    );
    expect(tags.root('a', 'f', {})).toEqual(['@f']);
  });

  test.each([
    [
      'type Product @key(fields: "id") @key(fields: "sku") @cacheTag(format: "p-{$key.id}") { id: ID! sku: ID! } type Query { a: Int }',
      '`@cacheTag(format: "p-{$key.id}")` of Product in subgraph a has no effect: expected a field of every key but got id',
    ],
    [
      'type Product @key(fields: "id") @cacheTag(format: "p-{$args.id}") { id: ID! } type Query { a: Int }',
      /has no effect: expected `\{\$key.name\}` but got `\{\$args.id\}`$/,
    ],
    [
      'type Query { a(x: ID): Int @cacheTag(format: "p-{$args.y}") }',
      /of the root field a in subgraph a has no effect: expected an argument of Query.a but got y$/,
    ],
    [
      'type Query { a(x: ID): Int @cacheTag(format: "p-{$args.x") }',
      /expected `\{\$args.name\}` but got `\{\$args.x`$/,
    ],
    ['type Query { a: Int @cacheTag(format: "p}") }', /expected `\{\$args.name\}` but got `\}`$/],
    ['type Query { a: Int @cacheTag(format: "") }', /expected a text but got none$/],
    [
      'type Plain @cacheTag(format: "x") { id: ID! } type Query { a: Plain }',
      /of Plain in subgraph a has no effect: expected an entity with a key$/,
    ],
    [
      'type Product @key(fields: "id", resolvable: false) @cacheTag(format: "x") { id: ID! } type Query { a: Product }',
      /expected an entity with a key$/,
    ],
    [
      'type Product @key(fields: "id") { id: ID! n: Int @cacheTag(format: "x") } type Query { a: Product }',
      /of Product.n in subgraph a has no effect: expected a field of Query or an entity$/,
    ],
  ])('that cannot be made are a warning: %s', (schema, warning) => {
    const tags = tagsOf({ a: schema });
    expect(tags.warnings).toHaveLength(1);
    expect(tags.warnings[0]).toMatch(warning);
    expect(tags.root('a', 'a', { x: '1' })).toEqual([]);
    expect(tags.entity('a', 'Product', '{"id":"1"}')).toEqual([]);
  });
});
