import { aggregateBy, findBy, findOneBy } from '@selvedge/subgraph';
import { Payment } from '../entities/payment.js';

/** Whoever it belongs to: for staff, and for what the caller has just written. */
export const paymentById = findOneBy(Payment, 'id');

/** Finds nothing where the payment is another user's. */
export const paymentOfUser = findOneBy(Payment, ['id', 'userId']);

const oldestFirst = { createdAt: 'ASC', id: 'ASC' } as const;

export const paymentsOfOrder = findBy(Payment, 'orderId', { order: oldestFirst });

export const paymentsOfOrderByUser = findBy(Payment, ['orderId', 'userId'], { order: oldestFirst });

/** What counts as paid: what was taken, and what the bank has promised. In cents. */
const paid = {
  cents: `coalesce(sum(amount_cents) FILTER (WHERE status IN ('AUTHORISED', 'CAPTURED')), 0)::text`,
} as const;

export const paidOfOrder = aggregateBy(Payment, 'orderId', paid);

export const paidOfOrderByUser = aggregateBy(Payment, ['orderId', 'userId'], paid);
