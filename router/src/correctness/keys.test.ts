/** Keys: several, composite, nested, by way of other subgraphs. */
import { describeCases } from './cases.js';

interface Thing {
  readonly id?: string;
  readonly code?: string;
  readonly sku?: string;
}

const reference = (value: object) => value;

// a has only `id`, b leads from `id` to `code`, c from `code` to `sku`, d answers by `sku`.
const hops = {
  a: {
    typeDefs: `type Query { things: [Thing!]! } type Thing @key(fields: "id") { id: ID! }`,
    resolvers: { Query: { things: () => [{ id: '1' }, { id: '2' }] } },
  },
  b: {
    typeDefs: `type Thing @key(fields: "id") @key(fields: "code") { id: ID! code: ID! b: String }`,
    resolvers: {
      Thing: {
        __resolveReference: ({ id, code }: Thing) => ({
          id: id ?? code?.slice(1),
          code: code ?? `c${id ?? ''}`,
        }),
        b: ({ id }: Thing) => `b${id ?? ''}`,
      },
    },
  },
  c: {
    typeDefs: `type Thing @key(fields: "code") @key(fields: "sku") { code: ID! sku: ID! c: String }`,
    resolvers: {
      Thing: {
        __resolveReference: ({ code, sku }: Thing) => ({
          code: code ?? sku?.slice(1),
          sku: sku ?? `s${code ?? ''}`,
        }),
        c: ({ code }: Thing) => `c of ${code ?? ''}`,
      },
    },
  },
  d: {
    typeDefs: `
      type Query { last: Thing }
      type Thing @key(fields: "sku") { sku: ID! d(n: Int): String }`,
    resolvers: {
      Query: { last: () => ({ sku: 'sc9' }) },
      Thing: {
        __resolveReference: reference,
        d: ({ sku }: Thing, { n }: { n?: number }) => `d of ${sku ?? ''} ${n ?? ''}`.trim(),
      },
    },
  },
};

describeCases('keys that need several hops', hops, [
  { title: 'one hop', query: '{ things { b } }', data: { things: [{ b: 'b1' }, { b: 'b2' }] } },
  { title: 'two hops', query: '{ things { c } }', data: { things: [{ c: 'c of c1' }, { c: 'c of c2' }] } },
  {
    title: 'three hops',
    query: '{ things { d } }',
    data: { things: [{ d: 'd of sc1' }, { d: 'd of sc2' }] },
  },
  {
    title: 'all on the way, in the order of the client',
    query: '{ things { d(n: 1) c code b sku id x: d(n: 2) } }',
    data: {
      things: ['1', '2'].map((id) => ({
        d: `d of sc${id} 1`,
        c: `c of c${id}`,
        code: `c${id}`,
        b: `b${id}`,
        sku: `sc${id}`,
        id,
        x: `d of sc${id} 2`,
      })),
    },
  },
  {
    title: 'the way back',
    query: '{ last { id b c } }',
    data: { last: { id: '9', b: 'b9', c: 'c of c9' } },
  },
]);

// Composite and nested keys, and lists in keys.
const nested = {
  shop: {
    typeDefs: `
      type Query { lines: [Line!]! }
      type Line @key(fields: "order { id } item { sku place { row } }") @key(fields: "tags parts { n }") {
        order: Order! item: Item! tags: [String!]! parts: [Part!]!
      }
      type Order { id: ID! at: String }
      type Item { sku: ID! place: Place label: String }
      type Place { row: Int! }
      type Part { n: Int! }
    `,
    resolvers: {
      Query: {
        lines: () =>
          [1, 2].map((n) => ({
            order: { id: `o${n}`, at: 'noon' },
            item: { sku: `s${n}`, place: { row: n }, label: `item ${n}` },
            tags: ['x', `y${n}`],
            parts: [{ n }, { n: n + 1 }],
          })),
      },
    },
  },
  prices: {
    typeDefs: `
      type Line @key(fields: "order { id } item { sku place { row } }") { order: Order! item: Item! price: String }
      type Order { id: ID! @shareable }
      type Item { sku: ID! @shareable place: Place @shareable }
      type Place { row: Int! @shareable }
    `,
    resolvers: {
      Line: {
        __resolveReference: reference,
        price: ({ order, item }: { order: { id: string }; item: { sku: string; place: { row: number } } }) =>
          `${order.id}/${item.sku}/${item.place.row}`,
      },
    },
  },
  tags: {
    typeDefs: `
      type Line @key(fields: "tags parts { n }") { tags: [String!]! parts: [Part!]! joined: String }
      type Part { n: Int! @shareable }
    `,
    resolvers: {
      Line: {
        __resolveReference: reference,
        joined: ({ tags, parts }: { tags: string[]; parts: { n: number }[] }) =>
          [...tags, ...parts.map(({ n }) => n)].join('-'),
      },
    },
  },
};
nested.shop.typeDefs = nested.shop.typeDefs
  .replace(
    'order: Order! item: Item! tags: [String!]! parts: [Part!]!',
    'order: Order! @shareable item: Item! @shareable tags: [String!]! parts: [Part!]!',
  )
  .replace('id: ID! at', 'id: ID! @shareable at')
  .replace('sku: ID! place: Place label', 'sku: ID! @shareable place: Place @shareable label')
  .replace('row: Int!', 'row: Int! @shareable')
  .replace('{ n: Int! }\n    `', '{ n: Int! @shareable }\n    `');
nested.prices.typeDefs = nested.prices.typeDefs.replace(
  'order: Order! item: Item! price',
  'order: Order! @shareable item: Item! @shareable price',
);

describeCases('composite and nested keys', nested, [
  {
    title: 'nested objects',
    query: '{ lines { price } }',
    data: { lines: [{ price: 'o1/s1/1' }, { price: 'o2/s2/2' }] },
  },
  {
    title: "nested objects, with other parts of them in the client's selection",
    query: '{ lines { order { at } price item { label } } }',
    data: {
      lines: [1, 2].map((n) => ({
        order: { at: 'noon' },
        price: `o${n}/s${n}/${n}`,
        item: { label: `item ${n}` },
      })),
    },
  },
  {
    title: 'nested objects under aliases',
    query: '{ lines { o: order { i: id } id: price item { place { r: row } sku: label } } }',
    data: {
      lines: [1, 2].map((n) => ({
        o: { i: `o${n}` },
        id: `o${n}/s${n}/${n}`,
        item: { place: { r: n }, sku: `item ${n}` },
      })),
    },
  },
  {
    title: 'lists of leaves and of objects',
    query: '{ lines { joined parts { __typename } } }',
    data: {
      lines: [1, 2].map((n) => ({
        joined: `x-y${n}-${n}-${n + 1}`,
        parts: [{ __typename: 'Part' }, { __typename: 'Part' }],
      })),
    },
  },
]);
