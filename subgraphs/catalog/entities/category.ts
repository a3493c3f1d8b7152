import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'categories' })
export class Category {
  @PrimaryColumn({ type: 'text' })
  slug!: string;

  @Column({ type: 'text' })
  name!: string;

  /** Where it stands in the shop's menu, from 1. */
  @Column({ type: 'smallint', unique: true })
  position!: number;
}

export type CategoryRow = Row<Category, 'slug'>;
