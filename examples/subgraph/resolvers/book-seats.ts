import { ClientError, isBigintIdentity } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { Booking } from '../entities/booking.js';
import { Concert } from '../entities/concert.js';

export interface SeatRequest {
  readonly concertId: string;
  readonly seats: number;
  readonly userId: string;
}

/**
 * Books seats, all or none of them.
 *
 * @throws BAD_USER_INPUT for no seats; NOT_FOUND for no such concert; CONFLICT when fewer are left
 */
export async function bookSeats(manager: EntityManager, request: SeatRequest): Promise<void> {
  const { concertId, seats } = request;
  if (seats < 1) throw new ClientError('BAD_USER_INPUT', `expected at least 1 seat but got ${seats}`);
  // The lock lets two bookings of one concert follow each other, so that both see what is left.
  const concert = isBigintIdentity(concertId)
    ? await manager.findOne(Concert, { where: { id: concertId }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (concert === null || concert.isCancelled)
    throw new ClientError('NOT_FOUND', `expected the id of a concert but got "${concertId.slice(0, 60)}"`);
  const left = concert.seats - concert.seatsTaken;
  if (seats > left) throw new ClientError('CONFLICT', `expected at most ${left} seats but got ${seats}`);
  await manager.increment(Concert, { id: concertId }, 'seatsTaken', seats);
  await manager.insert(Booking, request);
}
