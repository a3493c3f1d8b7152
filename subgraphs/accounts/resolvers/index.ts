import { DateTime, reads, reference, relation, type SubgraphContext } from '@selvedge/subgraph';
import type { UserRow } from '../entities/user.js';
import type { Resolvers } from '../generated/resolvers.js';
import {
  addressesOfUser,
  newestUsers,
  paymentMethodById,
  paymentMethodsOfUser,
  userById,
  userByUsername,
} from '../loaders/users.js';
import { profileChange, updateProfile } from './update-profile.js';

export const resolvers: Resolvers = {
  DateTime,

  Query: {
    me: (_parent, _args, context, info) =>
      context.viewer === null ? null : context.load(userById, { id: context.viewer.id }, info),
    user: (_parent, { username }, context, info) => context.load(userByUsername, { username }, info),
    users: (_parent, args, context, info) => context.page(newestUsers, {}, args, info),
  },

  Mutation: {
    updateProfile: async (_parent, { input }, context) => {
      const viewer = context.requireViewer();
      const change = profileChange(input);
      await context.transaction((manager) => updateProfile(manager, viewer.id, change));
      return { userId: viewer.id };
    },
  },

  UpdateProfilePayload: { user: relation(userById, { id: 'userId' }) },

  User: {
    __resolveReference: reference(userById, userByUsername),
    email: reads(['id', 'email'], (user, _args, context) => (isOwner(user, context) ? user.email : null)),
    addresses: (user, _args, context, info) =>
      isOwner(user, context) ? context.load(addressesOfUser, { userId: user.id }, info) : null,
    paymentMethods: (user, _args, context, info) =>
      isOwner(user, context) ? context.load(paymentMethodsOfUser, { userId: user.id }, info) : null,
  },

  PaymentMethod: { __resolveReference: reference(paymentMethodById) },
};

function isOwner(user: UserRow, { viewer }: SubgraphContext): boolean {
  return viewer?.id === user.id;
}
