import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the owner calls a way to pay. Its kind and details are in the payments service's store, under the same id. */
@Entity({ name: 'payment_methods' })
export class PaymentMethod {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId!: string;

  @Column({ type: 'text' })
  nickname!: string;

  @Column({ type: 'boolean', name: 'is_default' })
  isDefault!: boolean;
}

export type PaymentMethodRow = Row<PaymentMethod, 'id'>;
