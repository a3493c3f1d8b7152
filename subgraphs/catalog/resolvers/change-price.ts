import { ClientError } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { Product } from '../entities/product.js';

/** Eight digits before the point are what the column holds. */
const amountPattern = /^\d{1,8}(\.\d{1,2})?$/;

/** @throws BAD_USER_INPUT for what no price can be */
export function checkAmount(amount: string): void {
  if (!amountPattern.test(amount) || !/[1-9]/.test(amount)) {
    throw new ClientError(
      'BAD_USER_INPUT',
      `expected an amount above 0 with at most eight digits and two decimal places but got "${amount}"`,
    );
  }
}

/** @throws NOT_FOUND when no product has the sku */
export async function changePrice(manager: EntityManager, sku: string, amount: string): Promise<void> {
  const { affected } = await manager.update(Product, { sku }, { priceAmount: amount });
  if (affected !== 1) throw new ClientError('NOT_FOUND', `expected the sku of a product but got "${sku}"`);
}
