/** One entity at many places of an answer: each place has its own value and its own error. */
import { describeCases } from './cases.js';

const orders = {
  typeDefs: `
    type Query { orders: [Order!]! }
    type Order { buyer: User lines: [Line!] }
    type Line { maker: User }
    type User @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: {
      orders: () =>
        ['1', '2', '1', '1'].map((id) => ({
          buyer: { id },
          lines: [{ maker: { id } }, { maker: { id: '1' } }],
        })),
    },
  },
};
const users = {
  typeDefs: `type User @key(fields: "id") { id: ID! name: String email: String! boss: User }`,
  resolvers: {
    User: {
      name: ({ id }: { id: string }) => {
        if (id === '1') throw new Error('no name for 1');
        return `user ${id}`;
      },
      email: ({ id }: { id: string }) => (id === '1' ? null : 'x'),
      boss: ({ id }: { id: string }) => (id === '1' ? null : { id: '1' }),
    },
  },
};

describeCases('one entity at many places', { orders, users }, [
  {
    title: 'one error for each place',
    query: '{ orders { buyer { id name } } }',
    data: {
      orders: ['1', '2', '1', '1'].map((id) => ({ buyer: { id, name: id === '1' ? null : 'user 2' } })),
    },
    errors: [0, 2, 3].map((n) => ({ message: 'no name for 1', path: ['orders', n, 'buyer', 'name'] })),
  },
  {
    title: 'at several depths of several branches',
    query: '{ orders { buyer { name } lines { maker { name } } } }',
    data: {
      orders: ['1', '2', '1', '1'].map((id) => {
        const one = { name: id === '1' ? null : 'user 2' };
        return { buyer: one, lines: [{ maker: one }, { maker: { name: null } }] };
      }),
    },
    errors: [
      ...[0, 2, 3].map((n) => ({ path: ['orders', n, 'buyer', 'name'] })),
      ...[0, 2, 3].map((n) => ({ path: ['orders', n, 'lines', 0, 'maker', 'name'] })),
      ...[0, 1, 2, 3].map((n) => ({ path: ['orders', n, 'lines', 1, 'maker', 'name'] })),
    ],
  },
  {
    title: 'a null that reaches the entity at each place',
    query: '{ orders { buyer { id email } } }',
    data: { orders: ['1', '2', '1', '1'].map((id) => ({ buyer: id === '1' ? null : { id, email: 'x' } })) },
    errors: [0, 2, 3].map((n) => ({ path: ['orders', n, 'buyer', 'email'] })),
  },
  {
    title: 'completed twice in one answer, the second time deeper',
    query: '{ orders { buyer { id boss { id name } } } }',
    data: {
      orders: ['1', '2', '1', '1'].map((id) => ({
        buyer: { id, boss: id === '1' ? null : { id: '1', name: null } },
      })),
    },
    errors: [{ message: 'no name for 1', path: ['orders', 1, 'buyer', 'boss', 'name'] }],
  },
]);
