import { DateTime, Decimal, decimalOfCents, entityRef, reads, reference, relation } from '@selvedge/subgraph';
import { Concert } from '../entities/concert.js';
import { Venue } from '../entities/venue.js';
import {
  allVenues,
  concertById,
  concerts,
  concertsOfArtist,
  concertsOfVenue,
  seatsOfArtist,
  songsOfConcert,
  venueById,
  venueBySlug,
} from '../reads.js';
import { bookSeats } from './book-seats.js';
import type { Resolvers } from './resolver-types.js';

export const resolvers: Resolvers = {
  DateTime,
  Decimal,

  Query: {
    concert: (_parent, { id }, context, info) => context.load(concertById, { id }, info),
    concerts: (_parent, args, context, info) => context.page(concerts, {}, args, info),
    // A query of one's own finds keys; the rows then come as selected, through the read that everybody shares.
    concertsIn: async (_parent, { city }, context, info) => {
      const found = await context.query<{ id: string }>(
        `SELECT c.id FROM concerts c JOIN venues v ON v.id = c.venue_id
         WHERE v.city = $1 AND NOT c.is_cancelled ORDER BY c.starts_at, c.id LIMIT 50`,
        [city],
        { reads: [Concert, Venue] },
      );
      const rows = await Promise.all(found.map(({ id }) => context.load(concertById, { id }, info)));
      return rows.filter((row) => row !== null);
    },
    venues: (_parent, _args, context, info) => context.load(allVenues, {}, info),
  },

  Mutation: {
    bookSeats: async (_parent, { concertId, seats }, context) => {
      const { id: userId } = context.requireViewer();
      await context.transaction((manager) => bookSeats(manager, { concertId, seats, userId }));
      return { concertId };
    },
  },

  // The payload is the key alone: what the client selects of the concert is read after the transaction, and no more.
  BookSeatsPayload: { concert: relation(concertById, { id: 'concertId' }) },

  Concert: {
    __resolveReference: reference(concertById),
    venue: relation(venueById, { id: 'venueId' }),
    artist: entityRef('Artist', { id: 'artistId' }),
    setList: relation(songsOfConcert, { concertId: 'id' }),
    price: reads(['priceCents', 'currency'], ({ priceCents, currency }) => ({
      amount: decimalOfCents(BigInt(priceCents)),
      currency,
    })),
    seatsLeft: reads(['seats', 'seatsTaken'], ({ seats, seatsTaken }) => seats - seatsTaken),
  },

  Venue: {
    __resolveReference: reference(venueById, venueBySlug),
    concerts: relation(concertsOfVenue, { venueId: 'id' }),
  },

  Artist: {
    concerts: relation(concertsOfArtist, { artistId: 'id' }),
    seatsOnSale: async ({ id }, _args, context, info) =>
      (await context.load(seatsOfArtist, { artistId: id }, info))?.onSale ?? 0,
    demand: async ({ id, monthlyListeners }, _args, context, info) => {
      const seats = await context.load(seatsOfArtist, { artistId: id }, info);
      return monthlyListeners == null || !seats?.onSale ? null : monthlyListeners / seats.onSale;
    },
  },
};
