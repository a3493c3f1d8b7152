// What this service adds to an order: its rows live in the orders service, so the representation is the parent.
//
// Whose an order is, is not known here. A caller is shown the payments that are the caller's own, and a balance made of
// them; the total that it starts from has come from the orders service, which shows it to those who may see it.
import { decimalOfCents, type PlaceInfo, type SubgraphContext } from '@selvedge/subgraph';
import type { OrderRow } from '../entities/order.js';
import type { OrderResolvers } from '../generated/resolvers.js';
import {
  paidOfOrder,
  paidOfOrderByUser,
  paymentsOfOrder,
  paymentsOfOrderByUser,
} from '../loaders/payments.js';
import { centsOfDecimal } from '../money.js';

export const order: OrderResolvers = {
  payments: ({ id }, _args, context, info) => {
    const { viewer } = context;
    if (!viewer) return null;
    if (viewer.roles.includes('staff')) return context.load(paymentsOfOrder, { orderId: id }, info);
    return context.load(paymentsOfOrderByUser, { orderId: id, userId: viewer.id }, info);
  },
  balanceDue: async (row, _args, context, info) => {
    const due = await balance(row, context, info);
    return due && { amount: decimalOfCents(due.cents), currency: due.currency };
  },
  isPaid: async (row, _args, context, info) => {
    const due = await balance(row, context, info);
    return due ? due.cents === 0n : null;
  },
};

interface Balance {
  /** Never below 0: who paid too much owes nothing. */
  readonly cents: bigint;
  readonly currency: string;
}

/** Null where the total, and with it the order, is not the caller's to see. */
async function balance(
  { id, total }: OrderRow,
  context: SubgraphContext,
  info: PlaceInfo,
): Promise<Balance | null> {
  const { viewer } = context;
  const totalCents = total ? centsOfDecimal(total.amount) : null;
  if (!viewer || !total || totalCents === null) return null;
  const paid = viewer.roles.includes('staff')
    ? await context.load(paidOfOrder, { orderId: id }, info)
    : await context.load(paidOfOrderByUser, { orderId: id, userId: viewer.id }, info);
  const due = totalCents - BigInt(paid?.cents ?? 0);
  return { cents: due > 0n ? due : 0n, currency: total.currency };
}
