import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'songs' })
export class Song {
  @PrimaryColumn({ type: 'bigint', name: 'concert_id' })
  concertId!: string;

  /** From 1, in the order of play. */
  @PrimaryColumn({ type: 'integer' })
  position!: number;

  @Column({ type: 'text' })
  title!: string;
}

export type SongRow = Row<Song, 'concertId' | 'position'>;
