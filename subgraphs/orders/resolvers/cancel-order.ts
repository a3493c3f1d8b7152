import { ClientError, isBigintIdentity } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { Order, type OrderStatus } from '../entities/order.js';

const cancellable: ReadonlySet<OrderStatus> = new Set(['PENDING', 'CONFIRMED']);

/**
 * Cancels one of the user's own orders, unless it is on its way already. The row stays locked until the transaction
 * ends, so that it is not shipped in between.
 *
 * @throws NOT_FOUND, also for another user's order; CONFLICT when it is past cancelling
 */
export async function cancelOrder(manager: EntityManager, userId: string, id: string): Promise<void> {
  const order = isBigintIdentity(id)
    ? await manager.findOne(Order, { where: { id, userId }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (!order) throw new ClientError('NOT_FOUND', `expected the id of one of your orders but got "${id}"`);
  if (!cancellable.has(order.status)) {
    throw new ClientError(
      'CONFLICT',
      `expected an order that is PENDING or CONFIRMED but got one that is ${order.status}`,
    );
  }
  await manager.update(Order, { id }, { status: 'CANCELLED' });
}
