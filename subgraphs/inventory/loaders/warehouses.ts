import { findOneBy, findPage } from '@selvedge/subgraph';
import { Warehouse } from '../entities/warehouse.js';

export const warehouseByCode = findOneBy(Warehouse, 'code');

/** The look-ahead knows columns by the nodes of a connection, which the field's plain list is not: all are read always. */
export const allWarehouses = findPage(Warehouse, {
  order: { code: 'ASC' },
  always: ['name', 'city', 'country'],
});
