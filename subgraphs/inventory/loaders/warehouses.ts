import { find, findOneBy } from '@selvedge/subgraph';
import { Warehouse } from '../entities/warehouse.js';

export const warehouseByCode = findOneBy(Warehouse, 'code');

/** There are few, so this is a list and no connection. */
export const allWarehouses = find(Warehouse, { order: { code: 'ASC' } });
