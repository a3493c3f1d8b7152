/** `@context` and `@fromContext`. Stock refuses the supergraph, so the expected answers are what one schema would say. */
import { describeCases, type Case } from './cases.js';

interface Node {
  readonly id: string;
}

const resolveType = ({ __typename }: { __typename: string }) => __typename;
const reference = (value: object) => value;
const users = {
  typeDefs: `
    type Query { me: User! users: [User!]! owner(kind: String!): Owner pages: [Page!]! }
    type User @key(fields: "id") @federation__context(name: "who") {
      id: ID! locale: String! plan: Plan posts: [Post!]! best: Post friend: User
    }
    type Bot implements Owner @key(fields: "id") { id: ID! locale: String note: Note }
    type Firm implements Owner @key(fields: "id") { id: ID! locale: String note: Note }
    interface Owner @federation__context(name: "owner") { id: ID! locale: String note: Note }
    type Plan { level: Int! }
    type Page @key(fields: "id") @federation__context(name: "who") { id: ID! language: String! posts: [Post!]! }
    type Post @key(fields: "id") {
      id: ID!
      title(lang: String @federation__fromContext(field: "$who ... on User { locale } ... on Page { language }")): String
    }
    type Note @key(fields: "id") { id: ID! owned(lang: String @federation__fromContext(field: "$owner { locale }")): String }
  `,
  resolvers: {
    Query: {
      me: () => user('1'),
      users: () => [user('1'), user('2')],
      pages: () => [{ id: 'p', language: 'en', posts: [{ id: 'x' }] }],
      owner: (_: unknown, { kind }: { kind: string }) => ({
        __typename: kind,
        id: kind,
        locale: kind.toLowerCase(),
      }),
    },
    User: {
      __resolveReference: ({ id }: Node) => user(id),
      posts: ({ id }: Node) => [{ id: `${id}a` }, { id: `${id}b` }],
      best: () => ({ id: 'best' }),
      friend: ({ id }: Node) => user(id === '1' ? '2' : '1'),
    },
    Owner: { __resolveType: resolveType },
    Bot: { note: () => ({ id: 'of bot' }) },
    Firm: { note: () => ({ id: 'of firm' }) },
    Post: {
      __resolveReference: reference,
      title: ({ id }: Node, { lang }: { lang?: string }) => `${id} in ${String(lang)}`,
    },
    Note: {
      __resolveReference: reference,
      owned: ({ id }: Node, { lang }: { lang?: string }) => `${id} in ${String(lang)}`,
    },
  },
};
const other = {
  typeDefs: `type User @key(fields: "id") { id: ID! age: Int }`,
  resolvers: { User: { age: () => 30 } },
};
function user(id: string) {
  return { id, locale: id === '1' ? 'de' : 'fr' };
}

const schemaCases: readonly Case[] = [
  {
    title: 'the argument is not for clients',
    query: '{ me { best { title(lang: "xx") } } }',
    errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
  },
  {
    title: 'the argument is not in the schema',
    query: '{ __type(name: "Post") { fields { name args { name } } } }',
    data: {
      __type: {
        fields: [
          { name: 'id', args: [] },
          { name: 'title', args: [] },
        ],
      },
    },
  },
];
const cases: readonly Case[] = [
  {
    title: 'of the nearest parent',
    query: '{ me { best { title } } }',
    data: { me: { best: { title: 'best in de' } } },
  },
  {
    title: 'in lists: each of its own parent',
    query: '{ users { posts { id title } } }',
    data: {
      users: [
        {
          posts: [
            { id: '1a', title: '1a in de' },
            { id: '1b', title: '1b in de' },
          ],
        },
        {
          posts: [
            { id: '2a', title: '2a in fr' },
            { id: '2b', title: '2b in fr' },
          ],
        },
      ],
    },
  },
  {
    title: 'equal entities under parents with another context',
    query: '{ users { best { id title } } }',
    data: {
      users: [{ best: { id: 'best', title: 'best in de' } }, { best: { id: 'best', title: 'best in fr' } }],
    },
  },
  {
    title: 'two levels of the same context: the nearer one',
    query: '{ me { friend { best { title } } best { title } } }',
    data: { me: { friend: { best: { title: 'best in fr' } }, best: { title: 'best in de' } } },
  },
  {
    title: 'of another type that sets the same context by another field',
    query: '{ pages { posts { title } } me { best { title } } }',
    data: { pages: [{ posts: [{ title: 'x in en' }] }], me: { best: { title: 'best in de' } } },
  },
  {
    title: 'of an interface',
    query: '{ a: owner(kind: "Bot") { note { owned } } b: owner(kind: "Firm") { note { owned } } }',
    data: { a: { note: { owned: 'of bot in bot' } }, b: { note: { owned: 'of firm in firm' } } },
  },
  {
    title: 'under aliases, beside the field that it is taken from',
    query: '{ me { locale: id l: locale best { t: title } age } }',
    data: { me: { locale: '1', l: 'de', best: { t: 'best in de' }, age: 30 } },
  },
];

describeCases('@fromContext', { users, other }, [...schemaCases, ...cases]);
