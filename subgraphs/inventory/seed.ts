// The shop's warehouses and what lies in them. What is reserved is what confirmed orders wait for.
import { order, product, random, seedSize, warehouses, warehousesOf } from '@selvedge/shop-seed';
import { insertRows, type Row, type SeedContext } from '@selvedge/subgraph';
import { StockLevel } from './entities/stock-level.js';
import { Warehouse } from './entities/warehouse.js';

/** Of all products; the catalogue's printed edition was drawn apart from it, so that the two often disagree. */
const shareOutOfStock = 0.15;

export async function seed(context: SeedContext): Promise<void> {
  await insertRows(context.manager, Warehouse, warehouses);
  await insertRows(context.manager, StockLevel, stockLevels(context));
}

function* stockLevels(context: SeedContext): Iterable<Row<StockLevel, keyof StockLevel>> {
  const { products } = seedSize(context.scale);
  const reserved = reservedByLevel(context.scale);
  for (let index = 0; index < products; index += 1) {
    const draw = random(`stock:${index}`);
    const isOutOfStock = draw() < shareOutOfStock;
    const { sku } = product(index);
    for (const warehouseCode of warehousesOf(index)) {
      yield {
        warehouseCode,
        sku,
        available: isOutOfStock ? 0 : Math.floor(draw() * 240),
        reserved: reserved.get(levelKey(warehouseCode, index)) ?? 0,
      };
    }
    if ((index + 1) % 1000 === 0) context.progress('stock of products', index + 1, products);
  }
}

function reservedByLevel(scale: number): ReadonlyMap<string, number> {
  const reserved = new Map<string, number>();
  for (let index = 0; index < seedSize(scale).orders; index += 1) {
    const { status, lines } = order(index, scale);
    if (status !== 'CONFIRMED') continue;
    for (const { warehouseCode, productIndex, quantity } of lines) {
      if (warehouseCode === null) continue;
      const key = levelKey(warehouseCode, productIndex);
      reserved.set(key, (reserved.get(key) ?? 0) + quantity);
    }
  }
  return reserved;
}

function levelKey(warehouseCode: string, productIndex: number): string {
  return `${warehouseCode} ${productIndex}`;
}
