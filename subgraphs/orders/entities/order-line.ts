import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One product of an order, at the price that held when it was placed. */
@Entity({ name: 'order_lines' })
export class OrderLine {
  @PrimaryColumn({ type: 'bigint', name: 'order_id' })
  orderId!: string;

  /** From 1. */
  @PrimaryColumn({ type: 'integer' })
  position!: number;

  @Column({ type: 'text' })
  sku!: string;

  @Column({ type: 'integer' })
  quantity!: number;

  /** Cents; a bigint, so a string. */
  @Column({ type: 'bigint', name: 'unit_price_cents' })
  unitPriceCents!: string;

  /** ISO 4217; the order's own, which a foreign key sees to. */
  @Column({ type: 'text' })
  currency!: string;

  /** Null until a warehouse was chosen. */
  @Column({ type: 'text', name: 'warehouse_code', nullable: true })
  warehouseCode!: string | null;
}

export type OrderLineRow = Row<OrderLine, 'orderId' | 'position'>;
