import { ClientError } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { StockLevel } from '../entities/stock-level.js';
import { Warehouse } from '../entities/warehouse.js';

export interface Restock {
  readonly warehouseCode: string;
  readonly sku: string;
  readonly quantity: number;
}

const maxQuantity = 100_000;
const maxAvailable = 1_000_000_000;

/** Refuses, with BAD_USER_INPUT, a quantity that cannot be put on a shelf. */
export function checkQuantity(quantity: number): void {
  if (quantity < 1 || quantity > maxQuantity) {
    throw new ClientError('BAD_USER_INPUT', `expected a quantity of 1 to ${maxQuantity} but got ${quantity}`);
  }
}

/**
 * Adds goods to the level of a product in a warehouse, which has none of it yet or a row that stays locked until the
 * transaction ends. A product is one that some warehouse has a level of, be it 0: this service has no other list.
 *
 * @throws NOT_FOUND for an unknown warehouse or sku; CONFLICT when the shelf would overflow
 */
export async function restock(
  manager: EntityManager,
  { warehouseCode, sku, quantity }: Restock,
): Promise<void> {
  if (!(await manager.existsBy(Warehouse, { code: warehouseCode }))) {
    throw new ClientError('NOT_FOUND', `expected the code of a warehouse but got "${warehouseCode}"`);
  }
  if (!(await manager.existsBy(StockLevel, { sku }))) {
    throw new ClientError('NOT_FOUND', `expected the sku of a product but got "${sku}"`);
  }
  await manager
    .createQueryBuilder()
    .insert()
    .into(StockLevel)
    .values({ warehouseCode, sku, available: 0, reserved: 0 })
    .orIgnore()
    .execute();
  const level = await manager.findOneOrFail(StockLevel, {
    where: { warehouseCode, sku },
    lock: { mode: 'pessimistic_write' },
  });
  if (level.available + quantity > maxAvailable) {
    throw new ClientError(
      'CONFLICT',
      `expected room for at most ${maxAvailable} of one product but got ${level.available} and ${quantity} more`,
    );
  }
  await manager.update(StockLevel, { warehouseCode, sku }, { available: level.available + quantity });
}
