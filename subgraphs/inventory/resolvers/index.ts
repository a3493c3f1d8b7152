import { Decimal, entityRef, reference, relation } from '@selvedge/subgraph';
import type { Resolvers } from '../generated/resolvers.js';
import { stockLevelByKey, stockLevelsOfWarehouse } from '../loaders/stock.js';
import { allWarehouses, warehouseByCode } from '../loaders/warehouses.js';
import { product } from './product.js';
import { checkQuantity, restock } from './restock.js';

export const resolvers: Resolvers = {
  Decimal,

  Query: {
    warehouses: (_parent, _args, context, info) => context.load(allWarehouses, {}, info),
    warehouse: (_parent, { code }, context, info) => context.load(warehouseByCode, { code }, info),
  },

  Mutation: {
    restock: async (_parent, { input }, context) => {
      context.requireRole('staff');
      checkQuantity(input.quantity);
      await context.transaction((manager) => restock(manager, input));
      return { warehouseCode: input.warehouseCode, sku: input.sku };
    },
  },

  RestockPayload: {
    stockLevel: relation(stockLevelByKey, { warehouseCode: 'warehouseCode', sku: 'sku' }),
  },

  Warehouse: {
    __resolveReference: reference(warehouseByCode),
    stockLevels: relation(stockLevelsOfWarehouse, { warehouseCode: 'code' }),
  },

  StockLevel: {
    __resolveReference: reference(stockLevelByKey),
    warehouse: relation(warehouseByCode, { code: 'warehouseCode' }),
    product: entityRef('Product', { sku: 'sku' }),
  },

  Product: product,
};
