/** Keys that must not be entered by, and keys that are null. */
import { describeCases } from './cases.js';

// `email` could be entered by in theory, but `resolvable: false` forbids it.
const references = {
  users: {
    typeDefs: `
      type Query { me: User }
      type User @key(fields: "id") @key(fields: "email") { id: ID! email: ID! @shareable name: String }
    `,
    resolvers: {
      Query: { me: () => ({ id: '1', email: 'a@b', name: 'ada' }) },
      User: {
        __resolveReference: ({ id, email }: { id?: string; email?: string }) => ({
          id: id ?? '1',
          email: email ?? 'a@b',
          name: `ada by ${id === undefined ? 'email' : 'id'}`,
        }),
      },
    },
  },
  orders: {
    typeDefs: `
      type Query { orders: [Order!]! }
      type Order { user: User }
      type User @key(fields: "email", resolvable: false) { email: ID! @shareable }
    `,
    resolvers: { Query: { orders: () => [{ user: { email: 'a@b' } }] } },
  },
  logins: {
    typeDefs: `
      type Query { logins: [Login!]! }
      type Login { user: User at: Int }
      type User @key(fields: "id", resolvable: false) @key(fields: "email") { id: ID! @shareable email: ID! @shareable last: Int }
    `,
    resolvers: {
      Query: { logins: () => [{ user: { id: '7', email: 'c@d', last: 3 }, at: 3 }] },
      User: {
        __resolveReference: ({ email }: { email?: string }) => {
          if (email === undefined) throw new Error('entered by id, which is not resolvable');
          return { id: '1', email, last: 5 };
        },
      },
    },
  },
};
references.users.typeDefs = references.users.typeDefs.replace(
  '{ id: ID! email',
  '{ id: ID! @shareable email',
);

describeCases('keys that are resolvable: false', references, [
  {
    title: 'lead out of their subgraph',
    query: '{ orders { user { name email } } }',
    data: { orders: [{ user: { name: 'ada by email', email: 'a@b' } }] },
  },
  {
    title: 'never into it: the other key is fetched first',
    query: '{ me { id last } }',
    data: { me: { id: '1', last: 5 } },
    unasked: ['orders'],
  },
  {
    title: 'a stub alone asks no one else',
    query: '{ orders { user { email __typename } } }',
    data: { orders: [{ user: { email: 'a@b', __typename: 'User' } }] },
    unasked: ['users', 'logins'],
  },
  {
    title: 'out by the key that is not resolvable and in by the other',
    query: '{ orders { user { last name } } logins { user { name last } at } }',
    data: {
      orders: [{ user: { last: 5, name: 'ada by email' } }],
      logins: [{ user: { name: 'ada by id', last: 3 }, at: 3 }],
    },
  },
]);

// The first key is null where the second has to be taken; and an entity that no key identifies.
const nullKeys = {
  list: {
    typeDefs: `
      type Query { wrapped: [Wrap!]! }
      type Wrap { book: Book }
      type Book @key(fields: "isbn") { isbn: ID! }
    `,
    resolvers: { Query: { wrapped: () => [1, 2, 3].map((n) => ({ book: { isbn: `i${n}` } })) } },
  },
  ids: {
    typeDefs: `type Book @key(fields: "isbn") @key(fields: "upc") { isbn: ID! upc: ID @shareable }`,
    resolvers: {
      Book: {
        __resolveReference: ({ isbn }: { isbn?: string }) =>
          isbn === 'i2' ? null : { isbn, upc: isbn === 'i3' ? null : `u${isbn ?? ''}` },
      },
    },
  },
  authors: {
    typeDefs: `type Book @key(fields: "upc") { upc: ID @shareable author: String }`,
    resolvers: {
      Book: {
        __resolveReference: (book: { upc: string | null }) => (book.upc === null ? null : book),
        author: ({ upc }: { upc: string }) => `author of ${upc}`,
      },
    },
  },
};

describeCases('keys that are null', nullKeys, [
  {
    title: 'an entity lost on the first hop and a null key for the second',
    query: '{ wrapped { book { isbn author } } }',
    data: {
      wrapped: [
        { book: { isbn: 'i1', author: 'author of ui1' } },
        { book: { isbn: 'i2', author: null } },
        { book: { isbn: 'i3', author: null } },
      ],
    },
  },
  {
    title: 'only what is behind the hops',
    query: '{ wrapped { book { author } } }',
    data: {
      wrapped: [
        { book: { author: 'author of ui1' } },
        { book: { author: null } },
        { book: { author: null } },
      ],
    },
  },
]);

// Left for what is required and entered again: only the key that is resolvable will do, though others come before it.
const names = {
  typeDefs: `
    type Part
      @key(fields: "id")
      @key(fields: "code { a b }", resolvable: false)
      @key(fields: "id code { b c }", resolvable: false) {
      id: ID! @shareable code: Code! @shareable name: String!
    }
    type Code @shareable { a: ID! b: ID! c: ID! }
  `,
  resolvers: { Part: { __resolveReference: ({ id }: { id: string }) => ({ id, code, name: `name ${id}` }) } },
};
const labels = {
  typeDefs: `
    type Query { parts: [Part!]! }
    type Part
      @key(fields: "code { a b }", resolvable: false)
      @key(fields: "id code { b c }")
      @key(fields: "id", resolvable: false) {
      id: ID! @shareable code: Code! @shareable name: String! @external label: String @requires(fields: "name")
    }
    type Code @shareable { a: ID! b: ID! c: ID! }
  `,
  resolvers: {
    Query: { parts: () => [{ id: '1', code }] },
    Part: {
      __resolveReference: (part: { id?: string; code?: { b?: string; c?: string } }) => {
        if (part.id === undefined || part.code?.b === undefined || part.code.c === undefined)
          throw new Error('entered by a key that is not resolvable');
        return part;
      },
      label: ({ name }: { name?: string }) => `label of ${String(name)}`,
    },
  },
};
const code = { a: 'a', b: 'b', c: 'c' };

describeCases('a subgraph entered again for @requires', { names, labels }, [
  {
    title: 'by its only key that is resolvable',
    query: '{ parts { id name label } }',
    data: { parts: [{ id: '1', name: 'name 1', label: 'label of name 1' }] },
  },
]);
