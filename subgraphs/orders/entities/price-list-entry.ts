import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a product costs, in this service's own copy: an order is priced without asking the catalogue. */
@Entity({ name: 'price_list_entries' })
export class PriceListEntry {
  @PrimaryColumn({ type: 'text' })
  sku!: string;

  /** Cents; a bigint, so a string. */
  @Column({ type: 'bigint', name: 'price_cents' })
  priceCents!: string;

  /** ISO 4217. */
  @Column({ type: 'text' })
  currency!: string;
}
