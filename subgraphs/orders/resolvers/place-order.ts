import { ClientError } from '@selvedge/subgraph';
import { In, type EntityManager } from 'typeorm';
import { Order } from '../entities/order.js';
import { OrderLine } from '../entities/order-line.js';
import { PriceListEntry } from '../entities/price-list-entry.js';

export interface LineInput {
  readonly sku: string;
  readonly quantity: number;
}

const maxLines = 50;
const maxQuantity = 999;

/**
 * Writes an order and its lines at the prices of this moment.
 *
 * @param lines as `checkLines` lets them pass
 * @returns the order's id
 * @throws NOT_FOUND for a sku without a price, BAD_USER_INPUT for prices in several currencies
 */
export async function placeOrder(
  manager: EntityManager,
  userId: string,
  lines: readonly LineInput[],
): Promise<string> {
  const priced = await pricedLines(manager, lines);
  const total = priced.reduce(
    (sum, { price, quantity }) => sum + BigInt(price.priceCents) * BigInt(quantity),
    0n,
  );
  const currency = currencyOf(priced);
  const draft = manager.create(Order, { userId, status: 'PENDING', totalCents: total.toString(), currency });
  const { id } = await manager.save(draft);
  await manager.insert(
    OrderLine,
    priced.map(({ price, quantity }, index) => ({
      orderId: id,
      position: index + 1,
      sku: price.sku,
      quantity,
      unitPriceCents: price.priceCents,
      currency,
      warehouseCode: null,
    })),
  );
  return id;
}

/** Refuses, with BAD_USER_INPUT, lines that no store is needed to see the fault of. */
export function checkLines(lines: readonly LineInput[]): void {
  if (lines.length < 1 || lines.length > maxLines) {
    throw new ClientError('BAD_USER_INPUT', `expected 1 to ${maxLines} lines but got ${lines.length}`);
  }
  const seen = new Set<string>();
  for (const { sku, quantity } of lines) {
    if (quantity < 1 || quantity > maxQuantity) {
      throw new ClientError(
        'BAD_USER_INPUT',
        `expected a quantity of 1 to ${maxQuantity} for "${sku}" but got ${quantity}`,
      );
    }
    if (seen.has(sku)) {
      throw new ClientError(
        'BAD_USER_INPUT',
        `expected one line for each product but got several for "${sku}"`,
      );
    }
    seen.add(sku);
  }
}

interface PricedLine {
  readonly price: PriceListEntry;
  readonly quantity: number;
}

async function pricedLines(manager: EntityManager, lines: readonly LineInput[]): Promise<PricedLine[]> {
  const entries = await manager.findBy(PriceListEntry, { sku: In(lines.map(({ sku }) => sku)) });
  const bySku = new Map(entries.map((entry) => [entry.sku, entry]));
  return lines.map(({ sku, quantity }) => {
    const price = bySku.get(sku);
    if (!price) throw new ClientError('NOT_FOUND', `expected the sku of a product but got "${sku}"`);
    return { price, quantity };
  });
}

function currencyOf(lines: readonly PricedLine[]): string {
  const [first, ...others] = new Set(lines.map(({ price }) => price.currency));
  if (first === undefined || others.length > 0) {
    const found = [first, ...others].join(' and ');
    throw new ClientError('BAD_USER_INPUT', `expected products priced in one currency but got ${found}`);
  }
  return first;
}
