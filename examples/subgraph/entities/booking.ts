import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Backs no GraphQL type: who has booked what is for a mutation to write and for nobody to read here. */
@Entity({ name: 'bookings' })
export class Booking {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint', name: 'concert_id' })
  concertId!: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId!: string;

  @Column({ type: 'integer' })
  seats!: number;
}
