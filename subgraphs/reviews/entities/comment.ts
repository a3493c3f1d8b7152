import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity({ name: 'comments' })
export class Comment {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint', name: 'review_id' })
  reviewId!: string;

  @Column({ type: 'uuid', name: 'author_id' })
  authorId!: string;

  /** A copy, as in `Review`. */
  @Column({ type: 'text', name: 'author_username' })
  authorUsername!: string;

  @Column({ type: 'text' })
  body!: string;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

export type CommentRow = Row<Comment, 'id'>;
