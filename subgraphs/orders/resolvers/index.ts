import { DateTime, Decimal, decimalOfCents, entityRef, reads, relation } from '@selvedge/subgraph';
import type { Resolvers } from '../generated/resolvers.js';
import { linesOfOrder, orderById, ordersOfUser, unitsOrderedOfProduct } from '../loaders/orders.js';
import { cancelOrder } from './cancel-order.js';
import { checkLines, placeOrder } from './place-order.js';
import { visibleOrder } from './visible-order.js';

export const resolvers: Resolvers = {
  DateTime,
  Decimal,

  Query: {
    order: (_parent, { id }, context, info) => visibleOrder(id, context, info),
  },

  Mutation: {
    placeOrder: async (_parent, { input }, context) => {
      const viewer = context.requireViewer();
      checkLines(input.lines);
      const orderId = await context.transaction((manager) => placeOrder(manager, viewer.id, input.lines));
      return { orderId };
    },
    cancelOrder: async (_parent, { id }, context) => {
      const viewer = context.requireViewer();
      await context.transaction((manager) => cancelOrder(manager, viewer.id, id));
      return { orderId: id };
    },
  },

  PlaceOrderPayload: { order: relation(orderById, { id: 'orderId' }) },
  CancelOrderPayload: { order: relation(orderById, { id: 'orderId' }) },

  Order: {
    __resolveReference: ({ id }, context, info) => visibleOrder(id, context, info),
    customer: entityRef('User', { id: 'userId' }),
    lines: relation(linesOfOrder, { orderId: 'id' }),
    total: reads(['totalCents', 'currency'], ({ totalCents, currency }) => ({
      amount: decimalOfCents(BigInt(totalCents)),
      currency,
    })),
  },

  OrderLine: {
    unitPrice: reads(['unitPriceCents', 'currency'], ({ unitPriceCents, currency }) => ({
      amount: decimalOfCents(BigInt(unitPriceCents)),
      currency,
    })),
    product: entityRef('Product', { sku: 'sku' }),
    fulfilledFrom: entityRef('StockLevel', { warehouseCode: 'warehouseCode', sku: 'sku' }),
  },

  Product: {
    unitsOrdered: async ({ sku }, _args, context, info) =>
      (await context.load(unitsOrderedOfProduct, { sku }, info))?.units ?? 0,
  },

  User: {
    orders: ({ id }, args, context, info) => {
      const { viewer } = context;
      const isAllowed = viewer?.id === id || viewer?.roles.includes('staff');
      return isAllowed ? context.page(ordersOfUser, { userId: id }, args, info) : null;
    },
  },
};
