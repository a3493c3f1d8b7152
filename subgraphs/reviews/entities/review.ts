import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity({ name: 'reviews' })
export class Review {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column({ type: 'uuid', name: 'product_id' })
  productId!: string;

  @Column({ type: 'uuid', name: 'author_id' })
  authorId!: string;

  /** A copy of the author's username at the time of writing, so that a list of reviews needs no visit to accounts. */
  @Column({ type: 'text', name: 'author_username' })
  authorUsername!: string;

  /** 1 to 5. */
  @Column({ type: 'smallint' })
  rating!: number;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text' })
  body!: string;

  @Column({ type: 'text', name: 'moderation_note', nullable: true })
  moderationNote!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

export type ReviewRow = Row<Review, 'id'>;
