import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export type PaymentStatus = 'AUTHORISED' | 'CAPTURED' | 'REFUNDED' | 'DECLINED';

/** An amount that one user paid, or tried to pay, on one order. */
@Entity({ name: 'payments' })
export class Payment {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** Of the orders service; a bigint, so a string. */
  @Column({ type: 'bigint', name: 'order_id' })
  orderId!: string;

  /** Who paid. */
  @Column({ type: 'uuid', name: 'user_id' })
  userId!: string;

  @Column({ type: 'uuid', name: 'method_id' })
  methodId!: string;

  /** Cents; a bigint, so a string. */
  @Column({ type: 'bigint', name: 'amount_cents' })
  amountCents!: string;

  /** ISO 4217. */
  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'text' })
  status!: PaymentStatus;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

export type PaymentRow = Row<Payment, 'id'>;
