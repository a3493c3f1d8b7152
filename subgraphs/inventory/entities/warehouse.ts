import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A building that goods lie in, known by a short code such as `BER`. */
@Entity({ name: 'warehouses' })
export class Warehouse {
  @PrimaryColumn({ type: 'text' })
  code!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  city!: string;

  @Column({ type: 'text' })
  country!: string;
}

export type WarehouseRow = Row<Warehouse, 'code'>;
