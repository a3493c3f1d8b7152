/** Root fields that several subgraphs resolve, and types of which each has a part without a key between them. */
import { describeCases } from './cases.js';

const names = {
  typeDefs: `
    type Query { product: Product @shareable products: [Product] @shareable config: Config @shareable }
    type Product @key(fields: "id") { id: ID! @shareable name: Name @shareable }
    type Name @shareable { id: ID! brand: Brand @shareable model: String }
    type Brand @shareable { a: String }
    type Config { a: Int shared: Int @shareable deep: Deep @shareable }
    type Deep { a: Int }
  `,
  resolvers: {
    Query: {
      product: () => ({ id: '1', name: { id: 'n', model: 'm' } }),
      products: () => [{ id: '1', name: { id: 'n', model: 'm' } }, null],
      config: () => ({ a: 1, shared: 0, deep: { a: 10 } }),
    },
  },
};
const prices = {
  typeDefs: `
    type Query { product: Product @shareable products: [Product] @shareable config: Config @shareable onlyPrices: Int }
    type Product @key(fields: "id") { id: ID! @shareable price: Price @shareable }
    type Price { id: ID! amount: Int currency: String }
    type Config { b: Int shared: Int @shareable deep: Deep @shareable }
    type Deep { b: Int }
  `,
  resolvers: {
    Query: {
      product: () => ({ id: '1', price: { id: 'p', amount: 1000, currency: 'EUR' } }),
      products: () => [{ id: '1', price: { id: 'p', amount: 1000 } }, null],
      config: () => ({ b: 2, shared: 0, deep: { b: 20 } }),
      onlyPrices: () => 7,
    },
    Product: { price: () => ({ id: 'p', amount: 1000, currency: 'EUR' }) },
  },
};
const categories = {
  typeDefs: `
    type Query { config: Config @shareable }
    type Product @key(fields: "id") { id: ID! @shareable category: String }
    type Config { c: Int! shared: Int @shareable gone: Int }
  `,
  resolvers: {
    Query: { config: () => ({ c: 3, shared: 0, gone: null }) },
    Product: { category: () => 'tools' },
  },
};
const failing = {
  ...categories,
  resolvers: {
    ...categories.resolvers,
    Query: {
      // After the others, who must not lose what they gave.
      config: async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        throw new Error('categories are down');
      },
    },
  },
};

describeCases('root fields of several subgraphs', { names, prices, categories }, [
  {
    title: 'a value type is merged of all',
    query: '{ config { a b c shared } }',
    data: { config: { a: 1, b: 2, c: 3, shared: 0 } },
  },
  {
    title: 'nested value types are merged',
    query: '{ config { deep { b a } } }',
    data: { config: { deep: { b: 20, a: 10 } } },
  },
  {
    title: 'only the subgraph that is needed',
    query: '{ config { b } }',
    data: { config: { b: 2 } },
    unasked: ['names', 'categories'],
  },
  {
    title: 'under aliases twice, of other subgraphs each',
    query: '{ x: config { a } y: config { b c } config { c } }',
    data: { x: { a: 1 }, y: { b: 2, c: 3 }, config: { c: 3 } },
  },
  {
    title: 'an entity that both give, with a third',
    query: '{ product { id name { brand { a } model } price { amount currency } category } }',
    data: {
      product: {
        id: '1',
        name: { brand: null, model: 'm' },
        price: { amount: 1000, currency: 'EUR' },
        category: 'tools',
      },
    },
  },
  {
    title: 'a list of it, with a null',
    query: '{ products { price { amount } name { model } category } }',
    data: { products: [{ price: { amount: 1000 }, name: { model: 'm' }, category: 'tools' }, null] },
  },
  {
    title: 'beside a root field of one of them',
    query: '{ onlyPrices config { b a } __typename }',
    data: { onlyPrices: 7, config: { b: 2, a: 1 }, __typename: 'Query' },
  },
  {
    title: '__typename of it only',
    query: '{ config { __typename } product { __typename } }',
    data: { config: { __typename: 'Config' }, product: { __typename: 'Product' } },
  },
  {
    title: 'parts under variables',
    query: 'query ($y: Boolean!) { config { a @include(if: $y) b @skip(if: $y) c } }',
    variables: { y: true },
    data: { config: { a: 1, c: 3 } },
  },
]);

describeCases('a root field of several subgraphs of which one fails', { names, prices, failing }, [
  {
    title: 'the others have no part in it',
    query: '{ config { a b } }',
    data: { config: { a: 1, b: 2 } },
    unasked: ['failing'],
  },
  {
    title: 'a nullable part of the one that failed',
    query: '{ config { a gone } }',
    data: { config: { a: 1, gone: null } },
    errors: [{ message: 'categories are down', path: ['config'] }],
  },
  {
    title: 'a non-null part of the one that failed takes the object',
    query: '{ config { a c } onlyPrices }',
    data: { config: null, onlyPrices: 7 },
    errors: [
      { message: 'categories are down', path: ['config'] },
      { path: ['config', 'c'], optional: true },
    ],
  },
]);
