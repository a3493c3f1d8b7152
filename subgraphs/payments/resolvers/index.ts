import { DateTime, Decimal, decimalOfCents, entityRef, reads, relation } from '@selvedge/subgraph';
import type { Resolvers } from '../generated/resolvers.js';
import { paymentMethodById } from '../loaders/payment-methods.js';
import { paymentById, paymentOfUser } from '../loaders/payments.js';
import { acceptedPayments } from './accepted-payments.js';
import { order } from './order.js';
import { payableCents, payOrder } from './pay-order.js';
import { paymentMethodTypes } from './payment-method.js';

export const resolvers: Resolvers = {
  DateTime,
  Decimal,

  Query: {
    acceptedPayments: (_parent, _args, context) => acceptedPayments(context),
  },

  Mutation: {
    payOrder: async (_parent, { input: { orderId, paymentMethodId, amount } }, context) => {
      const viewer = context.requireViewer();
      const payment = { orderId, methodId: paymentMethodId, amountCents: payableCents(amount) };
      const paymentId = await context.transaction((manager) => payOrder(manager, viewer.id, payment));
      return { paymentId };
    },
  },

  PayOrderPayload: { payment: relation(paymentById, { id: 'paymentId' }) },

  Payment: {
    __resolveReference: ({ id }, context, info) => {
      const { viewer } = context;
      if (!viewer) return null;
      if (viewer.roles.includes('staff')) return context.load(paymentById, { id }, info);
      return context.load(paymentOfUser, { id, userId: viewer.id }, info);
    },
    amount: reads(['amountCents', 'currency'], ({ amountCents, currency }) => ({
      amount: decimalOfCents(BigInt(amountCents)),
      currency,
    })),
    method: relation(paymentMethodById, { id: 'methodId' }),
    order: entityRef('Order', { id: 'orderId' }),
  },

  Order: order,

  ...paymentMethodTypes,
};
