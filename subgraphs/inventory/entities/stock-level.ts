import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How much of one product lies in one warehouse: `available` may be sold, `reserved` is promised to an order. */
@Entity({ name: 'stock_levels' })
export class StockLevel {
  @PrimaryColumn({ type: 'text', name: 'warehouse_code' })
  warehouseCode!: string;

  @PrimaryColumn({ type: 'text' })
  sku!: string;

  @Column({ type: 'integer' })
  available!: number;

  @Column({ type: 'integer' })
  reserved!: number;
}

export type StockLevelRow = Row<StockLevel, 'warehouseCode' | 'sku'>;
