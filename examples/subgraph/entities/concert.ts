import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity({ name: 'concerts' })
export class Concert {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column({ type: 'uuid', name: 'venue_id' })
  venueId!: string;

  /** Whose row another service has. */
  @Column({ type: 'uuid', name: 'artist_id' })
  artistId!: string;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'timestamptz', name: 'starts_at' })
  startsAt!: Date;

  @Column({ type: 'integer' })
  seats!: number;

  @Column({ type: 'integer', name: 'seats_taken', default: 0 })
  seatsTaken!: number;

  @Column({ type: 'integer', name: 'price_cents' })
  priceCents!: number;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'boolean', name: 'is_cancelled', default: false })
  isCancelled!: boolean;
}

export type ConcertRow = Row<Concert, 'id'>;
