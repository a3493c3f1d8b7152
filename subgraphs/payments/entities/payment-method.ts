import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export type PaymentMethodKind = 'card' | 'wallet' | 'invoice';

/**
 * A way to pay, of one of three kinds in one table: `kind` says which GraphQL type a row is, and a CHECK in the store
 * that the columns of its kind are there and those of the others are not.
 */
@Entity({ name: 'payment_methods' })
export class PaymentMethod {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId!: string;

  @Column({ type: 'text' })
  kind!: PaymentMethodKind;

  /** Of a card, for example `Visa`. */
  @Column({ type: 'text', nullable: true })
  brand!: string | null;

  /** Of a card: the last four digits of its number, all that is kept of it. */
  @Column({ type: 'text', name: 'last_four', nullable: true })
  lastFour!: string | null;

  /** Of a card: `MM/YY`. */
  @Column({ type: 'text', nullable: true })
  expires!: string | null;

  /** Of a wallet. */
  @Column({ type: 'text', nullable: true })
  provider!: string | null;

  /** Of an invoice: days until it is due. */
  @Column({ type: 'integer', name: 'terms_days', nullable: true })
  termsDays!: number | null;
}

/** The kind is always there: it names the row's type. */
export type PaymentMethodRow = Row<PaymentMethod, 'id' | 'kind'>;
