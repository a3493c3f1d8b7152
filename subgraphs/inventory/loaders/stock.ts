import { aggregateBy, findBy, findOneBy, findPage } from '@selvedge/subgraph';
import { StockLevel } from '../entities/stock-level.js';

export const stockLevelByKey = findOneBy(StockLevel, ['warehouseCode', 'sku']);

export const stockLevelsOfProduct = findBy(StockLevel, 'sku', { order: { warehouseCode: 'ASC' } });

/** A sku is unique within its warehouse, so it alone orders the pages of one. */
export const stockLevelsOfWarehouse = findPage(StockLevel, { by: 'warehouseCode', order: { sku: 'ASC' } });

/** A GraphQL Int ends at 2^31 - 1, a sum of them does not. */
export const stockOfProduct = aggregateBy(StockLevel, 'sku', {
  totalAvailable: 'least(sum(available), 2147483647)::int4',
});
