import type { SubgraphContext } from '@selvedge/subgraph';
import { Payment } from '../entities/payment.js';
import { PaymentMethod } from '../entities/payment-method.js';
import type { AcceptedPayment } from '../generated/resolvers.js';

/** Every kind with how many payments were made by it. One scan of all payments, which `@cost` and `@cacheControl` answer for. */
export function acceptedPayments(context: SubgraphContext): Promise<AcceptedPayment[]> {
  return context.query<AcceptedPayment>(
    `SELECT upper(m.kind) AS kind, count(p.id)::int4 AS payments
     FROM payment_methods m LEFT JOIN payments p ON p.method_id = m.id
     GROUP BY m.kind ORDER BY payments DESC, kind`,
    [],
    { reads: [PaymentMethod, Payment] },
  );
}
