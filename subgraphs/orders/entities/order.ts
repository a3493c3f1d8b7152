import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

export type OrderStatus = 'PENDING' | 'CONFIRMED' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';

/** What one user bought at one time. `totalCents` is written in the transaction that writes the lines. */
@Entity({ name: 'orders' })
export class Order {
  /** A bigint, so a string. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'BY DEFAULT' })
  id!: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId!: string;

  @Column({ type: 'text' })
  status!: OrderStatus;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  /** Cents; a bigint, so a string. */
  @Column({ type: 'bigint', name: 'total_cents' })
  totalCents!: string;

  /** ISO 4217. */
  @Column({ type: 'text' })
  currency!: string;
}

export type OrderRow = Row<Order, 'id'>;
