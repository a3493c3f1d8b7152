// How the shop's users pay, and what they paid: each payment follows from its order, its amount being the order's total.
import {
  order,
  paymentMethods,
  product,
  random,
  seedSize,
  user,
  uuid,
  type OrderFacts,
  type PaymentMethodFacts,
} from '@selvedge/shop-seed';
import { insertRows, type Row, type SeedContext } from '@selvedge/subgraph';
import { PaymentMethod } from './entities/payment-method.js';
import { Payment, type PaymentStatus } from './entities/payment.js';

type MethodRow = Row<PaymentMethod, keyof PaymentMethod>;
type PaymentRow = Row<Payment, keyof Payment>;

const minute = 60_000;
/** Of first attempts, on orders that were paid in the end or still wait for it. */
const shareDeclined = 0.08;

const finalStatus: Readonly<Record<OrderFacts['status'], PaymentStatus | null>> = {
  PENDING: null,
  CONFIRMED: 'AUTHORISED',
  SHIPPED: 'CAPTURED',
  DELIVERED: 'CAPTURED',
  CANCELLED: 'REFUNDED',
};

export async function seed(context: SeedContext): Promise<void> {
  const { manager, scale } = context;
  await insertRows(manager, PaymentMethod, methods(scale));
  await insertRows(manager, Payment, payments(context));
}

function* methods(scale: number): Iterable<MethodRow> {
  for (let index = 0; index < seedSize(scale).users; index += 1) {
    const userId = user(index).id;
    for (const facts of paymentMethods(index)) yield { id: facts.id, userId, ...columnsOfKind(facts) };
  }
}

function columnsOfKind(facts: PaymentMethodFacts): Omit<MethodRow, 'id' | 'userId'> {
  const none = { brand: null, lastFour: null, expires: null, provider: null, termsDays: null };
  const { kind } = facts;
  switch (kind) {
    case 'card':
      return { ...none, kind, brand: facts.brand, lastFour: facts.lastFour, expires: facts.expires };
    case 'wallet':
      return { ...none, kind, provider: facts.provider };
    case 'invoice':
      return { ...none, kind, termsDays: facts.termsDays };
  }
}

function* payments(context: SeedContext): Iterable<PaymentRow> {
  const { scale } = context;
  const { products, orders } = seedSize(scale);
  const prices = Array.from({ length: products }, (_, index) => BigInt(product(index).priceCents));
  for (let index = 0; index < orders; index += 1) {
    yield* paymentsOf(order(index, scale), prices);
    if ((index + 1) % 1000 === 0) context.progress('payments of orders', index + 1, orders);
  }
}

function* paymentsOf(
  { id: orderId, userIndex, status, createdAt, lines }: OrderFacts,
  prices: readonly bigint[],
): Iterable<PaymentRow> {
  const draw = random(`payment:${orderId}`);
  const own = paymentMethods(userIndex);
  const chosen = draw() < 0.8 ? own.find(({ isDefault }) => isDefault) : own.at(-1);
  if (!chosen) throw new RangeError(`expected a payment method of user ${userIndex} but got none`);
  let amountCents = 0n;
  for (const { productIndex, quantity } of lines)
    amountCents += (prices[productIndex] ?? 0n) * BigInt(quantity);
  const attempt = (number: number, outcome: PaymentStatus): PaymentRow => ({
    id: uuid(`payment/${orderId}/${number}`),
    orderId,
    userId: user(userIndex).id,
    methodId: chosen.id,
    amountCents: amountCents.toString(),
    currency: 'EUR',
    status: outcome,
    createdAt: new Date(createdAt.getTime() + Math.ceil((number + draw()) * 10) * minute),
  });
  const isDeclinedFirst = draw() < shareDeclined;
  if (isDeclinedFirst) yield attempt(0, 'DECLINED');
  const outcome = finalStatus[status];
  if (outcome) yield attempt(isDeclinedFirst ? 1 : 0, outcome);
}
