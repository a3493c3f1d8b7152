// What this service adds to a product: its rows live in the catalogue, so the representation is the parent.
import { decimalOfCents, relation, type PlaceInfo, type SubgraphContext } from '@selvedge/subgraph';
import type { ProductRow } from '../entities/product.js';
import type { ProductResolvers } from '../generated/resolvers.js';
import { stockLevelsOfProduct, stockOfProduct } from '../loaders/stock.js';
import { isOversized, measuresOf, shippingCents } from './shipping.js';

export const product: ProductResolvers = {
  inStock: async (row, _args, context, info) => (await totalAvailable(row, context, info)) > 0,
  totalAvailable: (row, _args, context, info) => totalAvailable(row, context, info),
  stockLevels: relation(stockLevelsOfProduct, { sku: 'sku' }),
  shippingEstimate: (row, { zone }) => {
    const measures = measuresOf(row);
    if (!measures) return null;
    return { amount: decimalOfCents(BigInt(shippingCents(measures, zone))), currency: 'EUR' };
  },
  isOversized: (row) => {
    const measures = measuresOf(row);
    return measures && isOversized(measures);
  },
};

/** A product that no warehouse has a level of has none available. */
async function totalAvailable(
  { sku }: ProductRow,
  context: SubgraphContext,
  info: PlaceInfo,
): Promise<number> {
  const stock = await context.load(stockOfProduct, { sku }, info);
  return stock?.totalAvailable ?? 0;
}
