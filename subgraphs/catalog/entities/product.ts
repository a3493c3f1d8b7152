import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'products' })
export class Product {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text', unique: true })
  sku!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  description!: string;

  @Column({ type: 'text' })
  brand!: string;

  /** With two decimal places, as a string. */
  @Column({ type: 'numeric', precision: 10, scale: 2, name: 'price_amount' })
  priceAmount!: string;

  /** ISO 4217 */
  @Column({ type: 'text', name: 'price_currency' })
  priceCurrency!: string;

  @Column({ type: 'integer', name: 'weight_grams' })
  weightGrams!: number;

  @Column({ type: 'integer', name: 'length_mm' })
  lengthMm!: number;

  @Column({ type: 'text', name: 'category_slug' })
  categorySlug!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'boolean', name: 'in_printed_edition' })
  inPrintedEdition!: boolean;
}

export type ProductRow = Row<Product, 'id'>;
