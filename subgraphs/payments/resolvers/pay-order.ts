import { randomUUID } from 'node:crypto';
import { ClientError, isBigintIdentity, isUuid } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { PaymentMethod } from '../entities/payment-method.js';
import { Payment } from '../entities/payment.js';
import { centsOfDecimal } from '../money.js';

export interface PayOrder {
  readonly orderId: string;
  readonly methodId: string;
  readonly amountCents: bigint;
}

const maxCents = 100_000_000n;
/** What the shop charges in; an amount comes without a currency of its own. */
const currency = 'EUR';

/** The amount in cents, or BAD_USER_INPUT for one that cannot be paid. */
export function payableCents(amount: string): bigint {
  const cents = centsOfDecimal(amount);
  if (cents === null || cents < 1n || cents > maxCents) {
    throw new ClientError(
      'BAD_USER_INPUT',
      `expected an amount of 0.01 to 1000000.00 with at most two decimal places but got "${amount}"`,
    );
  }
  return cents;
}

/**
 * Takes the amount by one of the user's own methods.
 *
 * Neither the order nor its total is known here: whoever pays says how much, and a payment on another's order counts
 * for nobody, since each caller's balance is made of that caller's payments. The saga that pays an order across the two
 * services replaces this.
 *
 * @returns the payment's id
 * @throws NOT_FOUND when the method is not the user's, or the order's id cannot be one
 */
export async function payOrder(manager: EntityManager, userId: string, input: PayOrder): Promise<string> {
  const { orderId, methodId, amountCents } = input;
  if (!isBigintIdentity(orderId)) {
    throw new ClientError('NOT_FOUND', `expected the id of an order but got "${orderId}"`);
  }
  if (!isUuid(methodId) || !(await manager.existsBy(PaymentMethod, { id: methodId, userId }))) {
    throw new ClientError(
      'NOT_FOUND',
      `expected the id of one of your payment methods but got "${methodId}"`,
    );
  }
  const id = randomUUID();
  await manager.insert(Payment, {
    id,
    orderId,
    userId,
    methodId,
    amountCents: amountCents.toString(),
    currency,
    status: 'CAPTURED',
  });
  return id;
}
