// A subgraph of one's own, whole: which concerts there are, where, and how many seats are left.
import { runSubgraph } from '@selvedge/subgraph';
import { Booking } from './entities/booking.js';
import { Concert } from './entities/concert.js';
import { Song } from './entities/song.js';
import { Venue } from './entities/venue.js';
import { CreateConcerts1700000000000 } from './migrations/1700000000000-create-concerts.js';
import { CreateBookings1700000000001 } from './migrations/1700000000001-create-bookings.js';
import { CaptureWrites1700000000002 } from './migrations/1700000000002-capture-writes.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'concerts',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: {
    entities: [Venue, Concert, Song, Booking],
    migrations: [CreateConcerts1700000000000, CreateBookings1700000000001, CaptureWrites1700000000002],
    seed,
  },
});
