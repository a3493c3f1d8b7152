// The shop's orders, each at the prices of the price list, which is this service's own copy of the catalogue's prices.
import { order, product, seedSize, user, type OrderLineFacts } from '@selvedge/shop-seed';
import { insertRows, type Row, type SeedContext } from '@selvedge/subgraph';
import { OrderLine } from './entities/order-line.js';
import { Order } from './entities/order.js';
import { PriceListEntry } from './entities/price-list-entry.js';

type Price = Row<PriceListEntry, keyof PriceListEntry>;

/** What every product is priced in. */
const { currency } = product(0);

export async function seed(context: SeedContext): Promise<void> {
  const { manager, scale } = context;
  const size = seedSize(scale);
  const prices = Array.from({ length: size.products }, (_, index) => priceOf(index));
  await insertRows(manager, PriceListEntry, prices, (done) => {
    context.progress('prices', done, size.products);
  });
  await insertRows(manager, Order, orders(scale, prices), (done) => {
    context.progress('orders', done, size.orders);
  });
  await insertRows(manager, OrderLine, orderLines(context, prices));
  // New orders count on from the seeded ones.
  await manager.query(`SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders))`);
}

function priceOf(productIndex: number): Price {
  const { sku, priceCents } = product(productIndex);
  return { sku, priceCents: String(priceCents), currency };
}

function* orders(scale: number, prices: readonly Price[]): Iterable<Row<Order, keyof Order>> {
  for (let index = 0; index < seedSize(scale).orders; index += 1) {
    const { id, userIndex, status, createdAt, lines } = order(index, scale);
    let totalCents = 0n;
    for (const line of lines) totalCents += BigInt(priceIn(prices, line).priceCents) * BigInt(line.quantity);
    yield { id, userId: user(userIndex).id, status, createdAt, totalCents: totalCents.toString(), currency };
  }
}

function* orderLines(
  context: SeedContext,
  prices: readonly Price[],
): Iterable<Row<OrderLine, keyof OrderLine>> {
  const { scale } = context;
  const total = seedSize(scale).orders;
  for (let index = 0; index < total; index += 1) {
    const facts = order(index, scale);
    for (const line of facts.lines) {
      const { sku, priceCents } = priceIn(prices, line);
      const { position, quantity, warehouseCode } = line;
      yield {
        orderId: facts.id,
        position,
        sku,
        quantity,
        unitPriceCents: priceCents,
        currency,
        warehouseCode,
      };
    }
    if ((index + 1) % 1000 === 0) context.progress('lines of orders', index + 1, total);
  }
}

function priceIn(prices: readonly Price[], line: OrderLineFacts): Price {
  const price = prices[line.productIndex];
  if (!price)
    throw new RangeError(`expected a product of the price list but got number ${line.productIndex}`);
  return price;
}
