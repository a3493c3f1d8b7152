import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'addresses' })
export class Address {
  @PrimaryColumn({ type: 'uuid', name: 'user_id' })
  userId!: string;

  /** Where it stands in its owner's list, from 1. */
  @PrimaryColumn({ type: 'smallint' })
  position!: number;

  @Column({ type: 'text' })
  label!: string;

  @Column({ type: 'text' })
  line1!: string;

  @Column({ type: 'text' })
  city!: string;

  @Column({ type: 'text', name: 'postal_code' })
  postalCode!: string;

  /** ISO 3166-1 alpha-2 */
  @Column({ type: 'text' })
  country!: string;
}

export type AddressRow = Row<Address, 'userId' | 'position'>;
