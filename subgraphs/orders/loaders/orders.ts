import { aggregateBy, findBy, findOneBy, findPage } from '@selvedge/subgraph';
import { Order } from '../entities/order.js';
import { OrderLine } from '../entities/order-line.js';

/** Whoever it belongs to: for staff, and for what the caller has just written. */
export const orderById = findOneBy(Order, 'id');

/** Finds nothing where the order is another user's. */
export const orderOfUser = findOneBy(Order, ['id', 'userId']);

export const ordersOfUser = findPage(Order, { by: 'userId', order: { createdAt: 'DESC', id: 'DESC' } });

export const unitsOrderedOfProduct = aggregateBy(OrderLine, 'sku', { units: 'sum(quantity)::int4' });

export const linesOfOrder = findBy(OrderLine, 'orderId', { order: { position: 'ASC' } });
