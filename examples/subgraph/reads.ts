// Everything that this service reads by key, declared once. None of these touches the store: a request's loader turns what
// one tick asks for into one statement.
import { aggregateBy, find, findBy, findOneBy, findPage } from '@selvedge/subgraph';
import { Concert } from './entities/concert.js';
import { Song } from './entities/song.js';
import { Venue } from './entities/venue.js';

export const venueById = findOneBy(Venue, 'id');
export const venueBySlug = findOneBy(Venue, 'slug');
export const allVenues = find(Venue, { order: { name: 'ASC' } });

export const concertById = findOneBy(Concert, 'id');
export const songsOfConcert = findBy(Song, 'concertId', { order: { position: 'ASC' } });

const earliestFirst = { startsAt: 'ASC', id: 'ASC' } as const;
export const concerts = findPage(Concert, { where: { isCancelled: false }, order: earliestFirst });
export const concertsOfVenue = findPage(Concert, { by: 'venueId', order: earliestFirst });
export const concertsOfArtist = findPage(Concert, { by: 'artistId', order: earliestFirst });

export const seatsOfArtist = aggregateBy(
  Concert,
  'artistId',
  { onSale: 'sum(seats - seats_taken)::int4' },
  { where: { isCancelled: false } },
);
