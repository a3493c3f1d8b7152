/** What tests of whole answers ask: parts that are shaped by arguments, by headers, by a user, and parts that must not be kept. */
import type { Recording } from './recording-subgraph.js';

export const typeDefs = `
  type Query { item(id: ID!): Item  me: String  greeting: String  brief: String  odd: String!  never: String }
  type Item { id: ID!  name: String  price: Int }
  type Mutation { rename(id: ID!, name: String!): Item }
`;

/** By id, where it is not the first. */
export const names = new Map<string, string>();
export const resolvers = {
  Query: {
    item: (_: unknown, { id }: { id: string }, { tags }: Recording) => {
      tags.add(`items:id=${id}`);
      return { id, name: names.get(id) ?? `name of ${id}`, price: 1 };
    },
    me: (_: unknown, __: unknown, context: Recording) => {
      context.isPrivate = true;
      return context.header('authorization') ?? 'nobody';
    },
    greeting: (_: unknown, __: unknown, context: Recording) => {
      const locale = context.header('x-locale');
      // The second is read only where the first is there.
      return locale === null ? 'hello' : `${locale} ${context.header('x-tone') ?? 'plain'}`;
    },
    brief: (_: unknown, __: unknown, context: Recording) => {
      context.maxAge = 1;
      return 'brief';
    },
    odd: () => {
      throw new Error('odd');
    },
    never: (_: unknown, __: unknown, context: Recording) => {
      context.refusal = 'it reads a clock';
      return 'never';
    },
  },
  Mutation: {
    rename: (_: unknown, { id, name }: { id: string; name: string }, { written }: Recording) => {
      written.add(`items:id=${id}`);
      names.set(id, name);
      return { id, name };
    },
  },
};
