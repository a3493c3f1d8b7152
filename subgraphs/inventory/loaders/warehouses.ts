import { find, findOneBy } from '@selvedge/subgraph';
import { Warehouse } from '../entities/warehouse.js';

export const warehouseByCode = findOneBy(Warehouse, 'code');

/** There are a handful. */
export const allWarehouses = find(Warehouse, { order: { code: 'ASC' } });
