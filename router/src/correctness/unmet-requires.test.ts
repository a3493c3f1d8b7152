/** `@requires` of what failed or is null. */
import { describeCases } from './cases.js';

// A requirement that fails or is missing: what depends on it is null, and nothing else.
const flaky = {
  typeDefs: `
    type Query { all: [Thing!]! }
    type Thing @key(fields: "id") { id: ID! base: Int! soft: Int name: String }
  `,
  resolvers: {
    Query: { all: () => ['1', '2', '3'].map((id) => ({ id })) },
    Thing: {
      __resolveReference: (reference: object) => reference,
      name: ({ id }: { id: string }) => `thing ${id}`,
      base: ({ id }: { id: string }) => Number(id),
      soft: ({ id }: { id: string }) => {
        if (id === '2') throw new Error('no soft for 2');
        return id === '3' ? null : 5;
      },
    },
  },
};
const derived = {
  typeDefs: `
    type Thing @key(fields: "id") {
      id: ID! soft: Int @external base: Int! @external
      fromSoft: String @requires(fields: "soft") fromBase: Int! @requires(fields: "base") plain: Int
    }
  `,
  resolvers: {
    Thing: {
      __resolveReference: (reference: object) => reference,
      fromSoft: ({ soft }: { soft?: number | null }) => `soft ${String(soft)}`,
      fromBase: ({ base }: { base: number }) => base * 10,
      plain: () => 1,
    },
  },
};

describeCases('@requires of what is not there', { flaky, derived }, [
  {
    title: 'a required field that failed is null, as one that is null',
    query: '{ all { id fromSoft plain } }',
    data: {
      all: [
        { id: '1', fromSoft: 'soft 5', plain: 1 },
        { id: '2', fromSoft: 'soft null', plain: 1 },
        { id: '3', fromSoft: 'soft null', plain: 1 },
      ],
    },
    errors: [{ message: 'no soft for 2' }],
  },
  {
    title: 'a required field that is not null',
    query: '{ all { name fromBase } }',
    data: { all: [1, 2, 3].map((n) => ({ name: `thing ${n}`, fromBase: n * 10 })) },
  },
]);
