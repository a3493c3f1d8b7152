/** `@override`: the field is asked of its new owner; with a label, of whom the label's percentage says. */
import { describeCases } from './cases.js';

interface Thing {
  readonly id: string;
}

const resolveType = ({ __typename }: { __typename: string }) => __typename;
const old = {
  typeDefs: `
    type Query { things: [Thing!]! named: [Named!]! mine: Int shared: String @shareable }
    interface Named { id: ID! name: String }
    type Thing implements Named @key(fields: "id") {
      id: ID! name: String price: Int taxed: Int half: String all: String none: String
    }
    type Other implements Named @key(fields: "id") { id: ID! name: String }
  `,
  resolvers: {
    Query: {
      things: () => [{ id: '1' }, { id: '2' }],
      named: () => [
        { __typename: 'Thing', id: '1' },
        { __typename: 'Other', id: '2' },
      ],
      mine: () => 1,
      shared: () => 'shared',
    },
    Named: { __resolveType: resolveType },
    Thing: {
      __resolveReference: (reference: object) => reference,
      ...from('old', ['name', 'all', 'none', 'half']),
      price: () => -1,
      taxed: () => -1,
    },
    Other: { name: () => 'other old' },
  },
};
const fresh = {
  typeDefs: `
    type Query { mine: Int @override(from: "old") fresh: Thing }
    type Thing @key(fields: "id") {
      id: ID!
      name: String @override(from: "old")
      price: Int @override(from: "old")
      taxed: Int @override(from: "old") @requires(fields: "rate")
      rate: Int @external
      all: String @override(from: "old", label: "percent(100)")
      none: String @override(from: "old", label: "percent(0)")
    }
    type Other @key(fields: "id") { id: ID! name: String @override(from: "old") }
  `,
  resolvers: {
    Query: { mine: () => 2, fresh: () => ({ id: '3' }) },
    Thing: {
      __resolveReference: (reference: object) => reference,
      ...from('fresh', ['name', 'all', 'none']),
      price: ({ id }: Thing) => Number(id) * 10,
      taxed: ({ rate }: { rate?: number }) => (rate === undefined ? null : 100 + rate),
    },
    Other: { name: () => 'other fresh' },
  },
};
const rates = {
  typeDefs: `
    type Query { rated: [Thing!]! }
    type Thing @key(fields: "id") { id: ID! rate: Int price: Int @external gross: Int @requires(fields: "price") }
  `,
  resolvers: {
    Query: { rated: () => [{ id: '4' }] },
    Thing: {
      __resolveReference: (reference: object) => reference,
      rate: () => 19,
      gross: ({ price }: { price: number }) => price * 2,
    },
  },
};
function from(subgraph: string, fields: readonly string[]) {
  return Object.fromEntries(fields.map((field) => [field, ({ id }: Thing) => `${field} ${id} ${subgraph}`]));
}

describeCases('@override', { old, fresh, rates }, [
  {
    title: 'a field of an entity',
    query: '{ things { id name price } }',
    data: {
      things: [
        { id: '1', name: 'name 1 fresh', price: 10 },
        { id: '2', name: 'name 2 fresh', price: 20 },
      ],
    },
  },
  { title: 'a field of the root', query: '{ mine shared }', data: { mine: 2, shared: 'shared' } },
  {
    title: 'entered where it is owned now',
    query: '{ fresh { name price } }',
    data: { fresh: { name: 'name 3 fresh', price: 30 } },
    unasked: ['old'],
  },
  {
    title: 'entered elsewhere',
    query: '{ rated { name } }',
    data: { rated: [{ name: 'name 4 fresh' }] },
    unasked: ['old'],
  },
  {
    title: 'by an interface',
    query: '{ named { __typename name } }',
    data: {
      named: [
        { __typename: 'Thing', name: 'name 1 fresh' },
        { __typename: 'Other', name: 'other fresh' },
      ],
    },
  },
  {
    title: 'with @requires',
    query: '{ things { taxed } }',
    data: { things: [{ taxed: 119 }, { taxed: 119 }] },
  },
  {
    title: 'what requires an overridden field gets it from its new owner',
    query: '{ things { gross } }',
    data: { things: [{ gross: 20 }, { gross: 40 }] },
  },
  {
    title: 'percent(100): always the new one',
    query: '{ things { all } }',
    data: { things: [{ all: 'all 1 fresh' }, { all: 'all 2 fresh' }] },
  },
  {
    title: 'percent(0): never the new one',
    query: '{ things { none } }',
    data: { things: [{ none: 'none 1 old' }, { none: 'none 2 old' }] },
  },
  {
    title: 'both labels at once, beside a plain one',
    query: '{ fresh { none all name } }',
    data: { fresh: { none: 'none 3 old', all: 'all 3 fresh', name: 'name 3 fresh' } },
  },
]);
