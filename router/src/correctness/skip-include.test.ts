/** `@skip` and `@include` (GraphQL specification, 3.13.1 and 3.13.2), within a fetch and across fetches. */
import { describeCases } from './cases.js';

const goods = {
  typeDefs: `
    type Query { product: Product products: [Product!]! }
    type Mutation { touch: Product }
    type Product @key(fields: "id") { id: ID! name: String price: Int maker: Maker }
    type Maker @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: {
      product: () => product('1'),
      products: () => [product('1'), product('2')],
    },
    Mutation: { touch: () => product('1') },
  },
};
const stock = {
  typeDefs: `
    type Query { tip: String }
    type Product @key(fields: "id") {
      id: ID!
      price: Int @external
      amount: Int
      dear: Boolean @requires(fields: "price")
      maker: Maker @shareable
    }
    type Maker @key(fields: "id") { id: ID! town: String }
  `,
  resolvers: {
    Query: { tip: () => 'buy' },
    Product: {
      __resolveReference: (reference: object) => reference,
      amount: ({ id }: { id: string }) => Number(id) * 10,
      dear: ({ price }: { price?: number }) => (price === undefined ? null : price > 150),
    },
    Maker: { __resolveReference: (reference: object) => reference, town: () => 'Ulm' },
  },
};
function product(id: string) {
  return { id, name: `p${id}`, price: Number(id) * 100, maker: { id: `m${id}` } };
}

// A maker comes from one subgraph only.
const subgraphs = {
  goods,
  stock: { ...stock, typeDefs: stock.typeDefs.replace('maker: Maker @shareable', '') },
};

const both = (skip: boolean, include: boolean, data: unknown) => ({
  title: `@skip(if: ${String(skip)}) and @include(if: ${String(include)}) on one field`,
  query:
    'query ($s: Boolean!, $i: Boolean!) { product { id name @skip(if: $s) @include(if: $i) amount @include(if: $i) @skip(if: $s) } }',
  variables: { s: skip, i: include },
  data,
});

describeCases('@skip and @include', subgraphs, [
  { title: 'a literal', query: '{ product { id name @skip(if: true) } }', data: { product: { id: '1' } } },
  {
    title: 'a literal that leaves the field',
    query: '{ product { id @include(if: true) name @skip(if: false) } }',
    data: { product: { id: '1', name: 'p1' } },
  },
  {
    title: 'a variable that skips',
    query: 'query ($no: Boolean!) { product { id name @skip(if: $no) } }',
    variables: { no: true },
    data: { product: { id: '1' } },
  },
  {
    title: 'a variable that includes',
    query: 'query ($yes: Boolean!) { product { id name @include(if: $yes) } }',
    variables: { yes: true },
    data: { product: { id: '1', name: 'p1' } },
  },
  {
    title: "a variable's default",
    query:
      'query ($yes: Boolean = false, $no: Boolean = false) { product { id @include(if: $yes) name @skip(if: $no) } }',
    data: { product: { name: 'p1' } },
  },
  {
    title: "a variable's default that the request overrules",
    query: 'query ($yes: Boolean = false) { product { id name @include(if: $yes) } }',
    variables: { yes: true },
    data: { product: { id: '1', name: 'p1' } },
  },
  both(false, true, { product: { id: '1', name: 'p1', amount: 10 } }),
  both(true, true, { product: { id: '1' } }),
  both(false, false, { product: { id: '1' } }),
  both(true, false, { product: { id: '1' } }),
  {
    title: 'a variable missing that is required',
    query: 'query ($yes: Boolean!) { product { id @include(if: $yes) } }',
    errors: [{ message: /\$yes/, code: 'BAD_USER_INPUT' }],
  },
  {
    title: 'the same field twice, skipped once',
    query: '{ product { name @skip(if: true) name } }',
    data: { product: { name: 'p1' } },
  },
  {
    title: 'the same object field twice, skipped once, with other selections',
    query: 'query ($no: Boolean!) { product @skip(if: $no) { name } product { id } }',
    variables: { no: true },
    data: { product: { id: '1' } },
  },
  {
    title: 'the same object field twice, both kept',
    query: 'query ($no: Boolean!) { product @skip(if: $no) { name } product { id } }',
    variables: { no: false },
    data: { product: { name: 'p1', id: '1' } },
  },
  {
    title: 'two variables on two uses of one field',
    query:
      'query ($a: Boolean!, $b: Boolean!) { product { id amount @include(if: $a) amount @include(if: $b) } }',
    variables: { a: false, b: true },
    data: { product: { id: '1', amount: 10 } },
  },
  {
    title: 'two variables on two uses of one field, neither',
    query:
      'query ($a: Boolean!, $b: Boolean!) { product { id amount @include(if: $a) amount @include(if: $b) } }',
    variables: { a: false, b: false },
    data: { product: { id: '1' } },
  },
  {
    title: 'a fragment spread, skipped',
    query:
      'query ($no: Boolean!) { product { id ...More @skip(if: $no) } } fragment More on Product { name amount }',
    variables: { no: true },
    data: { product: { id: '1' } },
    unasked: ['stock'],
  },
  {
    title: 'a fragment spread twice, skipped once',
    query:
      'query ($no: Boolean!) { product { id ...More @skip(if: $no) ...More } } fragment More on Product { name amount }',
    variables: { no: true },
    data: { product: { id: '1', name: 'p1', amount: 10 } },
  },
  {
    title: 'inline fragments with and without a type',
    query:
      'query ($yes: Boolean!) { product { id ... @include(if: $yes) { name } ... on Product @skip(if: $yes) { price } } }',
    variables: { yes: true },
    data: { product: { id: '1', name: 'p1' } },
  },
  {
    title: 'nested: the outer one decides',
    query:
      'query ($a: Boolean!, $b: Boolean!) { product { id ... @include(if: $a) { ... @include(if: $b) { name } amount } } }',
    variables: { a: false, b: true },
    data: { product: { id: '1' } },
  },
  {
    title: 'nested: the inner one decides',
    query:
      'query ($a: Boolean!, $b: Boolean!) { product { id ... @include(if: $a) { ... @include(if: $b) { name } amount } } }',
    variables: { a: true, b: false },
    data: { product: { id: '1', amount: 10 } },
  },
  {
    title: 'a fetch that is skipped is not sent',
    query: 'query ($yes: Boolean!) { products { id amount @include(if: $yes) } }',
    variables: { yes: false },
    data: { products: [{ id: '1' }, { id: '2' }] },
    unasked: ['stock'],
  },
  {
    title: 'a fetch that is included',
    query: 'query ($yes: Boolean!) { products { id amount @include(if: $yes) } }',
    variables: { yes: true },
    data: {
      products: [
        { id: '1', amount: 10 },
        { id: '2', amount: 20 },
      ],
    },
  },
  {
    title: '@requires under a variable, included',
    query: 'query ($yes: Boolean!) { product { dear @include(if: $yes) } }',
    variables: { yes: true },
    data: { product: { dear: false } },
  },
  {
    title: '@requires under a variable, skipped, leaves an empty object',
    query: 'query ($yes: Boolean!) { product { dear @include(if: $yes) } }',
    variables: { yes: false },
    data: { product: {} },
  },
  {
    title: 'the required field itself is skipped but is still there for whom it is required',
    query: 'query ($no: Boolean!) { products { price @skip(if: $no) dear } }',
    variables: { no: true },
    data: { products: [{ dear: false }, { dear: true }] },
  },
  {
    title: 'the key is skipped but is still there for the hop',
    query: 'query ($no: Boolean!) { products { id @skip(if: $no) amount } }',
    variables: { no: true },
    data: { products: [{ amount: 10 }, { amount: 20 }] },
  },
  {
    title: 'an object with all fields skipped is empty, not absent',
    query: '{ products { id @skip(if: true) maker { town @include(if: false) } } }',
    data: { products: [{ maker: {} }, { maker: {} }] },
  },
  {
    title: '__typename under a variable',
    query:
      'query ($yes: Boolean!) { product { __typename @include(if: $yes) kind: __typename @skip(if: $yes) } }',
    variables: { yes: false },
    data: { product: { kind: 'Product' } },
  },
  {
    title: 'one of two root fields, of two subgraphs',
    query: 'query ($yes: Boolean!) { tip @include(if: $yes) product @skip(if: $yes) { id } }',
    variables: { yes: true },
    data: { tip: 'buy' },
    unasked: ['goods'],
  },
  {
    title: 'every root field skipped',
    query: 'query ($yes: Boolean!) { tip @include(if: $yes) product @include(if: $yes) { id } }',
    variables: { yes: false },
    data: {},
    unasked: ['goods', 'stock'],
  },
  {
    title: 'every root field skipped by a literal',
    query: '{ tip @skip(if: true) ... @include(if: false) { product { id } } }',
    data: {},
    unasked: ['goods', 'stock'],
  },
  {
    title: 'a mutation that is skipped is not sent',
    query: 'mutation ($yes: Boolean!) { touch @include(if: $yes) { id } __typename }',
    variables: { yes: false },
    data: { __typename: 'Mutation' },
    unasked: ['goods'],
  },
  {
    title: 'a field after a hop, with both its levels under variables',
    query:
      'query ($a: Boolean!, $b: Boolean!) { products @include(if: $a) { maker @skip(if: $b) { town } name @include(if: $b) } }',
    variables: { a: true, b: false },
    data: { products: [{ maker: { town: 'Ulm' } }, { maker: { town: 'Ulm' } }] },
  },
  {
    title: 'as an argument of a field with an alias each',
    query: 'query ($a: Boolean!) { x: product @include(if: $a) { name } y: product @skip(if: $a) { name } }',
    variables: { a: true },
    data: { x: { name: 'p1' } },
  },
]);
