/** Response names that the client chose: of any field, equal to other fields' names, equal to what JavaScript's objects have. */
import { describeCases, json } from './cases.js';

interface Shop {
  readonly id: string;
}

const shops = {
  typeDefs: `
    type Query { shop(id: ID! = 1): Shop shops: [Shop!]! named(name: String!): Named }
    interface Named { name: String }
    type Shop implements Named @key(fields: "id") {
      id: ID! name: String label(size: Int! = 1): String size: Int next: Shop
    }
    type Town implements Named { name: String size: Int }
  `,
  resolvers: {
    Query: {
      shop: (_: unknown, { id }: Shop) => ({ id }),
      shops: () => [{ id: '1' }, { id: '2' }],
      named: (_: unknown, { name }: { name: string }) =>
        name === 'Ulm' ? { __typename: 'Town', name, size: 3 } : { __typename: 'Shop', id: name },
    },
    Shop: {
      name: ({ id }: Shop) => `shop ${id}`,
      size: ({ id }: Shop) => Number(id) * 100,
      label: ({ id }: Shop, { size }: { size: number }) => id.repeat(size),
      next: ({ id }: Shop) => ({ id: String(Number(id) + 1) }),
    },
  },
};
const reviews = {
  typeDefs: `
    type Shop @key(fields: "id") {
      id: ID! size: Int @external
      reviews(first: Int = 1): [Review!]!
      stars(of: Int! = 5): String
      room: Int @requires(fields: "size")
    }
    type Review { text: String shop: Shop }
  `,
  resolvers: {
    Shop: {
      __resolveReference: (reference: object) => reference,
      reviews: ({ id }: Shop, { first }: { first: number }) =>
        Array.from({ length: first }, (_, n) => ({ text: `${id}/${n}`, shop: { id } })),
      stars: (_: unknown, { of }: { of: number }) => '*'.repeat(of),
      room: ({ size }: { size?: number }) => (size === undefined ? null : size / 2),
    },
  },
};

const prototypeNames = [
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'isPrototypeOf',
  'then',
  'toJSON',
];

describeCases('aliases', { shops, reviews }, [
  { title: 'a root field', query: '{ s: shop { id } }', data: { s: { id: '1' } } },
  {
    title: 'one root field twice with other arguments',
    query: '{ a: shop(id: 1) { name } b: shop(id: 2) { name } }',
    data: { a: { name: 'shop 1' }, b: { name: 'shop 2' } },
  },
  {
    title: 'one field twice with other arguments, after a hop',
    query: '{ shops { one: reviews(first: 1) { text } two: reviews(first: 2) { text } } }',
    data: {
      shops: [
        { one: [{ text: '1/0' }], two: [{ text: '1/0' }, { text: '1/1' }] },
        { one: [{ text: '2/0' }], two: [{ text: '2/0' }, { text: '2/1' }] },
      ],
    },
  },
  {
    title: 'one field twice, one with its own name',
    query: '{ shop { label(size: 2) long: label(size: 4) stars big: stars(of: 7) } }',
    data: { shop: { label: '11', long: '1111', stars: '*****', big: '*******' } },
  },
  {
    title: "another field's name",
    query: '{ shop { name: size size: name } }',
    data: { shop: { name: 100, size: 'shop 1' } },
  },
  {
    title: "the key's name for another field, before a hop",
    query: '{ shops { id: name stars(of: 1) } }',
    data: {
      shops: [
        { id: 'shop 1', stars: '*' },
        { id: 'shop 2', stars: '*' },
      ],
    },
  },
  {
    title: "the key's name for a field of the subgraph that is entered",
    query: '{ shops { id: stars(of: 2) } }',
    data: { shops: [{ id: '**' }, { id: '**' }] },
  },
  {
    title: 'the key under another name',
    query: '{ shops { key: id stars(of: 1) other: id } }',
    data: {
      shops: [
        { key: '1', stars: '*', other: '1' },
        { key: '2', stars: '*', other: '2' },
      ],
    },
  },
  {
    title: "a required field's name for another field",
    query: '{ shop { size: name room } }',
    data: { shop: { size: 'shop 1', room: 50 } },
  },
  {
    title: 'a required field under another name beside the one that requires it',
    query: '{ shop { s: size r: room } }',
    data: { shop: { s: 100, r: 50 } },
  },
  {
    title: '__typename',
    query: '{ type: __typename shop { kind: __typename __typename stars(of: 1) } }',
    data: { type: 'Query', shop: { kind: 'Shop', __typename: 'Shop', stars: '*' } },
  },
  {
    title: '__typename of an interface under another name',
    query:
      '{ a: named(name: "Ulm") { kind: __typename name } b: named(name: "3") { kind: __typename name } }',
    data: { a: { kind: 'Town', name: 'Ulm' }, b: { kind: 'Shop', name: 'shop 3' } },
  },
  {
    title: '__typename for a field of another name',
    query: '{ shop { __typename: name } }',
    data: { shop: { __typename: 'shop 1' } },
  },
  {
    title: '__typename for a field of another name, before a hop',
    query: '{ shop { __typename: name stars(of: 1) } }',
    data: { shop: { __typename: 'shop 1', stars: '*' } },
  },
  {
    title: 'one response name in two selections that merge',
    query: '{ s: shop { a: name } s: shop { b: size s: next { id } } }',
    data: { s: { a: 'shop 1', b: 100, s: { id: '2' } } },
  },
  {
    title: 'nested lists of entities under aliases',
    query: '{ all: shops { rs: reviews(first: 2) { of: shop { n: name r: reviews { t: text } } } } }',
    data: {
      all: ['1', '2'].map((id) => ({
        rs: [0, 1].map(() => ({ of: { n: `shop ${id}`, r: [{ t: `${id}/0` }] } })),
      })),
    },
  },
  ...prototypeNames.map((name) => ({
    title: `${name} at the root, in an entity and after a hop`,
    query: `{ ${name}: shop { ${name}: name } other: shop { ${name}: stars(of: 1) } }`,
    data: json(`{"${name}":{"${name}":"shop 1"},"other":{"${name}":"*"}}`),
  })),
  {
    title: '__proto__ for a leaf',
    query: '{ shop { __proto__: name id } }',
    data: json('{"shop":{"__proto__":"shop 1","id":"1"}}'),
  },
  {
    title: '__proto__ for an object',
    query: '{ __proto__: shop { id } }',
    data: json('{"__proto__":{"id":"1"}}'),
  },
  {
    title: '__proto__ for an entity that is completed elsewhere',
    query: '{ shop { __proto__: next { name stars(of: 1) } } }',
    data: json('{"shop":{"__proto__":{"name":"shop 2","stars":"*"}}}'),
  },
  {
    title: '__proto__ for what comes after a hop',
    query: '{ shops { id __proto__: reviews { text } } }',
    data: json('{"shops":[{"id":"1","__proto__":[{"text":"1/0"}]},{"id":"2","__proto__":[{"text":"2/0"}]}]}'),
  },
  {
    title: 'aliases that look like the names a merged fetch might make up',
    query: '{ shop { _0: name _entities: size e0: stars(of: 1) _1: reviews { _0: text } } }',
    data: { shop: { _0: 'shop 1', _entities: 100, e0: '*', _1: [{ _0: '1/0' }] } },
  },
  {
    title: 'variables that look like the names a fetch might make up',
    query:
      'query ($representations: Int!, $first: Int!, $_0: ID!) { shop(id: $_0) { stars(of: $representations) reviews(first: $first) { text } } }',
    variables: { representations: 2, first: 1, _0: '7' },
    data: { shop: { stars: '**', reviews: [{ text: '7/0' }] } },
  },
  {
    title: 'one variable under several names',
    query:
      'query ($n: Int!) { shops { a: reviews(first: $n) { text } s: stars(of: $n) l: label(size: $n) } }',
    variables: { n: 1 },
    data: {
      shops: ['1', '2'].map((id) => ({ a: [{ text: `${id}/0` }], s: '*', l: id })),
    },
  },
]);
