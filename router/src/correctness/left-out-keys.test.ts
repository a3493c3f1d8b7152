/** Entities whose keys are not asked for, because `@skip` or `@include` leaves out all that is asked of them elsewhere. */
import { describeCases } from './cases.js';

const things = {
  typeDefs: `
    type Query { things: [Thing!]! }
    interface Thing { label: String! }
    type Book implements Thing @key(fields: "id") { id: ID! label: String! @shareable }
    type Film implements Thing @key(fields: "sku") { sku: ID! label: String! @shareable }
  `,
  resolvers: {
    Query: {
      things: () => [
        { __typename: 'Book', id: '1', label: 'book' },
        { __typename: 'Film', sku: 's', label: 'film' },
      ],
    },
    Thing: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
};
const details = {
  typeDefs: `
    type Query { another: Thing }
    interface Thing { label: String! }
    type Book implements Thing @key(fields: "id") { id: ID! label: String! @shareable pages: Int }
    type Film implements Thing @key(fields: "sku") { sku: ID! label: String! @shareable minutes: Int }
  `,
  resolvers: {
    Thing: { __resolveType: () => 'Book' },
    Book: {
      __resolveReference({ id }: { id?: string }) {
        if (id === undefined) throw new Error('a book without its key');
        return { pages: 9 };
      },
    },
    Film: { __resolveReference: () => ({ minutes: 90 }) },
  },
};

const query = `query ($no: Boolean!) {
  things { ... on Film { minutes } ... on Thing @skip(if: $no) @include(if: $no) { ... on Book { pages } } }
}`;
describeCases('a key that is left out', { things, details }, [
  {
    title: 'names no entity, and the others of the fetch are asked for',
    query,
    variables: { no: false },
    data: { things: [{}, { minutes: 90 }] },
  },
  { title: 'either way', query, variables: { no: true }, data: { things: [{}, { minutes: 90 }] } },
]);
