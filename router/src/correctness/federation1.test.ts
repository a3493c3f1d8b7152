/** Subgraphs written for federation 1: `extend type`, `@extends`, `@external` on keys, no link to a specification. */
import { federation1 } from '../testing/compose.js';
import { describeCases } from './cases.js';

interface User {
  readonly id: string;
  readonly name?: string;
}

const users = {
  typeDefs: `${federation1}
    extend type Query { users: [User!]! }
    type User @key(fields: "id") @key(fields: "name") { id: ID! name: String! email: String nested: Nested }
    type Nested { a: Int b: Int }
  `,
  resolvers: {
    Query: { users: () => [{ id: '1', name: 'ada' }] },
    User: {
      __resolveReference: ({ id, name }: User) => ({ id: id || '1', name: name ?? 'ada' }),
      email: ({ name }: User) => `${name ?? ''}@b`,
      nested: () => ({ a: 1, b: 2 }),
    },
  },
};
const extensions = {
  extend: `extend type User @key(fields: "id") {`,
  '@extends': `type User @extends @key(fields: "id") {`,
};

for (const [style, head] of Object.entries(extensions)) {
  const reviews = {
    typeDefs: `${federation1}
      extend type Query { reviews: [Review!]! provided: [Review!]! }
      ${head}
        id: ID! @external
        name: String! @external
        email: String @external
        nested: Nested @external
        reviews: [Review!]!
        greeting: String @requires(fields: "name nested { b }")
      }
      type Nested { a: Int @external b: Int @external }
      type Review @key(fields: "id") { id: ID! author: User @provides(fields: "email") }
    `,
    resolvers: {
      Query: { reviews: () => [{ id: 'r' }], provided: () => [{ id: 'p' }] },
      User: {
        __resolveReference: (value: object) => value,
        reviews: ({ id }: User) => [{ id: `of ${id}` }],
        greeting: ({ name, nested }: { name?: string; nested?: { b: number } }) =>
          `hello ${String(name)} ${String(nested?.b)}`,
      },
      Review: { author: () => ({ id: '1', email: 'provided@b' }) },
    },
  };
  describeCases(`federation 1 with ${style}`, { users, reviews }, [
    {
      title: 'a field of an extension',
      query: '{ users { name reviews { id author { id } } } }',
      data: { users: [{ name: 'ada', reviews: [{ id: 'of 1', author: { id: '1' } }] }] },
    },
    {
      title: 'from the extension to the owner',
      query: '{ reviews { author { name id } } }',
      data: { reviews: [{ author: { name: 'ada', id: '1' } }] },
    },
    {
      title: '@requires from the owner',
      query: '{ users { greeting } }',
      data: { users: [{ greeting: 'hello ada 2' }] },
    },
    {
      title: '@requires, entered by the extension',
      query: '{ reviews { author { greeting nested { a } } } }',
      data: { reviews: [{ author: { greeting: 'hello ada 2', nested: { a: 1 } } }] },
    },
    {
      title: '@provides',
      query: '{ reviews { author { email } } }',
      data: { reviews: [{ author: { email: 'provided@b' } }] },
      unasked: ['users'],
    },
  ]);
}

// An extension by a key with a field that only it has as external, in federation 2 (`extend` and `@external` are noise).
const owner = {
  typeDefs: `
    type Query { rand: User providedRandom: User @shareable }
    type User @key(fields: "id") { id: ID! rid: ID name: String @shareable }
  `,
  resolvers: {
    Query: { rand: () => ({ id: '1' }), providedRandom: () => ({ id: '1' }) },
    User: {
      __resolveReference: ({ id }: User) => ({ id }),
      rid: ({ id }: User) => `rid ${id}`,
      name: () => 'ada',
    },
  },
};
const extension = {
  typeDefs: `
    extend type Query { by: User }
    extend type User @key(fields: "id") { id: ID! @external rid: ID @external seen: String @requires(fields: "rid") }
  `,
  resolvers: {
    Query: { by: () => ({ id: '2' }) },
    User: {
      __resolveReference: (value: object) => value,
      seen: ({ rid }: { rid?: string }) => `seen ${String(rid)}`,
    },
  },
};

describeCases('extensions of federation 2 in the old style', { owner, extension }, [
  {
    title: 'to the extension',
    query: '{ rand { seen name } }',
    data: { rand: { seen: 'seen rid 1', name: 'ada' } },
  },
  {
    title: 'from the extension',
    query: '{ by { id name seen rid } }',
    data: { by: { id: '2', name: 'ada', seen: 'seen rid 2', rid: 'rid 2' } },
  },
  {
    title: 'the key alone',
    query: '{ by { id } }',
    data: { by: { id: '2' } },
    unasked: ['owner'],
  },
]);
