/** `@interfaceObject`: a subgraph that adds fields to an interface without knowing the types that implement it. */
import { describeCases } from './cases.js';

interface Node {
  readonly id: string;
}

const things = [
  { __typename: 'Book', id: 'b1', title: 'first', price: 10 },
  { __typename: 'Film', id: 'f1', title: 'second', price: 20 },
];
const byId = ({ id }: Node) => things.find((thing) => thing.id === id) ?? null;
const catalog = {
  typeDefs: `
    type Query { things: [Thing!]! thing(id: ID!): Thing books: [Book!]! }
    interface Thing @key(fields: "id") { id: ID! title: String price: Int }
    type Book implements Thing @key(fields: "id") { id: ID! title: String price: Int pages: Int }
    type Film implements Thing @key(fields: "id") {
      id: ID! title: String price: Int length: Int ending: String!
    }
  `,
  resolvers: {
    Query: {
      things: () => things,
      thing: (_: unknown, node: Node) => byId(node),
      books: () => things.slice(0, 1),
    },
    Thing: {
      __resolveReference: byId,
      __resolveType: ({ __typename }: { __typename: string }) => __typename,
    },
    Book: { __resolveReference: byId, pages: () => 100 },
    Film: {
      __resolveReference: byId,
      length: () => 90,
      ending: () => {
        throw new Error('no ending');
      },
    },
  },
};
const reviews = {
  typeDefs: `
    type Query { best: Thing reviewed: [Thing!]! }
    type Thing @key(fields: "id") @interfaceObject {
      id: ID!
      price: Int @external
      stars: Int
      reviews: [Review!]!
      dear: Boolean @requires(fields: "price")
      twin: Thing
    }
    type Review { text: String of: Thing }
  `,
  resolvers: {
    Query: { best: () => ({ id: 'f1' }), reviewed: () => [{ id: 'b1' }, { id: 'f1' }] },
    Thing: {
      __resolveReference: (reference: object) => reference,
      stars: ({ id }: Node) => (id === 'b1' ? 4 : 5),
      reviews: ({ id }: Node) => [{ text: `of ${id}`, of: { id } }],
      dear: ({ price }: { price?: number }) => (price === undefined ? null : price > 15),
      twin: ({ id }: Node) => ({ id: id === 'b1' ? 'f1' : 'b1' }),
    },
  },
};
const sales = {
  typeDefs: `
    type Query { sold: [Sale!]! }
    type Sale { thing: Thing! count: Int }
    type Thing @key(fields: "id") @interfaceObject { id: ID! dear: Boolean @external sold: Int note: String @requires(fields: "dear") }
  `,
  resolvers: {
    Query: { sold: () => [{ thing: { id: 'f1' }, count: 3 }] },
    Thing: {
      __resolveReference: (reference: object) => reference,
      sold: () => 3,
      note: ({ dear }: { dear?: boolean }) => (dear === undefined ? null : dear ? 'dear' : 'cheap'),
    },
  },
};

describeCases('@interfaceObject', { catalog, reviews, sales }, [
  {
    title: "the interface's added fields on a list of it",
    query: '{ things { id stars } }',
    data: {
      things: [
        { id: 'b1', stars: 4 },
        { id: 'f1', stars: 5 },
      ],
    },
  },
  {
    title: 'the added fields on an implementation',
    query: '{ books { stars pages reviews { text } } }',
    data: { books: [{ stars: 4, pages: 100, reviews: [{ text: 'of b1' }] }] },
  },
  {
    title: 'the added fields inside fragments of implementations only',
    query: '{ things { ... on Book { stars } ... on Film { length } } }',
    data: { things: [{ stars: 4 }, { length: 90 }] },
  },
  {
    title: 'entered by the subgraph that does not know the types: fields of the interface',
    query: '{ best { id title } }',
    data: { best: { id: 'f1', title: 'second' } },
  },
  {
    title: 'entered there: own fields only',
    query: '{ best { id stars } }',
    data: { best: { id: 'f1', stars: 5 } },
    unasked: ['catalog'],
  },
  {
    title: 'entered there: __typename is that of the real type',
    query: '{ best { __typename } }',
    data: { best: { __typename: 'Film' } },
  },
  {
    title: 'entered there: __typename under an alias beside own fields',
    query: '{ reviewed { stars kind: __typename id } }',
    data: {
      reviewed: [
        { stars: 4, kind: 'Book', id: 'b1' },
        { stars: 5, kind: 'Film', id: 'f1' },
      ],
    },
  },
  {
    title: 'entered there: fragments on implementations',
    query: '{ reviewed { ... on Book { pages stars } ... on Film { length title } } }',
    data: {
      reviewed: [
        { pages: 100, stars: 4 },
        { length: 90, title: 'second' },
      ],
    },
  },
  {
    title: 'entered there: a fragment with only own fields still looks at the real type',
    query: '{ reviewed { id ... on Book { stars } } }',
    data: { reviewed: [{ id: 'b1', stars: 4 }, { id: 'f1' }] },
  },
  {
    title: 'entered there: where a null of the real type goes up to it, there is no object',
    query: '{ best { ... on Film { ending } } }',
    data: { best: null },
    errors: [{ message: 'no ending', path: ['best', 'ending'] }],
  },
  {
    title: 'the same of a type that is left out',
    query: '{ best { stars ... on Film @include(if: false) { ending } } }',
    data: { best: { stars: 5 } },
  },
  {
    title: '@requires of a field of the interface',
    query: '{ things { dear } }',
    data: { things: [{ dear: false }, { dear: true }] },
  },
  {
    title: '@requires, entered where the field is computed',
    query: '{ best { dear } }',
    data: { best: { dear: true } },
  },
  {
    title: '@requires on an implementation',
    query: '{ books { dear } }',
    data: { books: [{ dear: false }] },
  },
  {
    title: '@requires of what another interface object computes from a requirement',
    query: '{ things { note } }',
    data: { things: [{ note: 'cheap' }, { note: 'dear' }] },
  },
  {
    title: 'the same, entered by the last of the three',
    query: '{ sold { count thing { note sold __typename title } } }',
    data: { sold: [{ count: 3, thing: { note: 'dear', sold: 3, __typename: 'Film', title: 'second' } }] },
  },
  {
    title: 'from one interface object to the other without the types',
    query: '{ sold { thing { stars } } }',
    data: { sold: [{ thing: { stars: 5 } }] },
    unasked: ['catalog'],
  },
  {
    title: 'a reference to itself, types all the way',
    query: '{ best { twin { __typename twin { __typename title stars } } } }',
    data: { best: { twin: { __typename: 'Book', twin: { __typename: 'Film', title: 'second', stars: 5 } } } },
  },
  {
    title: 'back from a review to its thing',
    query: '{ things { reviews { of { __typename ... on Film { length } stars } } } }',
    data: {
      things: [
        { reviews: [{ of: { __typename: 'Book', stars: 4 } }] },
        { reviews: [{ of: { __typename: 'Film', length: 90, stars: 5 } }] },
      ],
    },
  },
  {
    title: 'a thing that is not there',
    query: '{ thing(id: "x") { stars title } }',
    data: { thing: null },
  },
]);

// The key leads by a subgraph that has neither the interface's fields nor the wanted one (indirect extension).
const shelf = {
  typeDefs: `
    type Query { shelf: [Item!]! }
    interface Item @key(fields: "id") { id: ID! code: String! }
    type Cup implements Item @key(fields: "id") { id: ID! code: String! }
    type Jug implements Item @key(fields: "id") { id: ID! code: String! litres: Int }
  `,
  resolvers: {
    Query: {
      shelf: () => [
        { __typename: 'Cup', id: '1', code: 'c1' },
        { __typename: 'Jug', id: '2', code: 'c2', litres: 2 },
      ],
    },
    Item: {
      __resolveType: ({ __typename }: { __typename: string }) => __typename,
      __resolveReference: ({ id }: Node) => ({
        __typename: id === '1' ? 'Cup' : 'Jug',
        id,
        code: `c${id}`,
        litres: 2,
      }),
    },
  },
};
const places = {
  typeDefs: `
    type Query { placed: [Place!]! }
    type Place @key(fields: "name") { name: String! items: [Item!]! }
    type Item @key(fields: "id") @interfaceObject { id: ID! place: Place near(km: Int, max: Int): Place }
  `,
  resolvers: {
    Query: { placed: () => [{ name: 'hall' }] },
    Place: { items: () => [{ id: '1' }, { id: '2' }] },
    Item: { place: () => ({ name: 'hall' }), near: () => ({ name: 'yard' }) },
  },
};
const prices = {
  typeDefs: `
    type Place @key(fields: "name") { name: String! town(upper: Boolean): String }
    type Item @key(fields: "id") @interfaceObject { id: ID! price: Int tax(percent: Int!): Float }
  `,
  resolvers: {
    Place: { town: (_: unknown, { upper }: { upper?: boolean }) => (upper === true ? 'ULM' : 'Ulm') },
    Item: {
      price: ({ id }: Node) => Number(id) * 10,
      tax: ({ id }: Node, { percent }: { percent: number }) => {
        if (percent < 0) throw new Error('no tax below 0');
        return (Number(id) * percent) / 10;
      },
    },
  },
};

describeCases('@interfaceObject, extended indirectly', { shelf, places, prices }, [
  {
    title: 'from an entity by an interface object to another and to the real types',
    query: '{ placed { town items { price ... on Jug { litres } } } }',
    data: { placed: [{ town: 'Ulm', items: [{ price: 10 }, { price: 20, litres: 2 }] }] },
  },
  {
    title: 'from an implementation by an interface object to an entity and back',
    query: '{ shelf { ... on Jug { place { town items { __typename price code } } } } }',
    data: {
      shelf: [
        {},
        {
          place: {
            town: 'Ulm',
            items: [
              { __typename: 'Cup', price: 10, code: 'c1' },
              { __typename: 'Jug', price: 20, code: 'c2' },
            ],
          },
        },
      ],
    },
  },
  {
    title: 'with other arguments on each implementation',
    query: '{ shelf { ... on Cup { t: tax(percent: 10) } ... on Jug { t: tax(percent: 20) } } }',
    data: { shelf: [{ t: 1 }, { t: 4 }] },
  },
  {
    title: 'with other arguments on each implementation, below what they have in common',
    query: '{ shelf { ... on Cup { place { t: town } } ... on Jug { place { t: town(upper: true) } } } }',
    data: { shelf: [{ place: { t: 'Ulm' } }, { place: { t: 'ULM' } }] },
  },
  {
    title: 'with other fields under one name on each implementation',
    query: '{ shelf { ... on Cup { p: near { name } } ... on Jug { p: place { name } } } }',
    data: { shelf: [{ p: { name: 'yard' } }, { p: { name: 'hall' } }] },
  },
  {
    title: 'with the same arguments in another order',
    query: '{ shelf { ... on Cup { near(km: 1, max: 2) { name } } near(max: 2, km: 1) { town } } }',
    data: { shelf: [{ near: { name: 'yard', town: 'Ulm' } }, { near: { town: 'Ulm' } }] },
  },
  {
    title: 'an error has the path that the client asked for',
    query: '{ shelf { ... on Jug { t: tax(percent: -1) } } }',
    data: { shelf: [{}, { t: null }] },
    errors: [{ message: 'no tax below 0', path: ['shelf', 1, 't'] }],
    never: ['_o'],
  },
]);
