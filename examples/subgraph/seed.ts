// Made from indexes alone, so that every seed of one scale is the same.
import { insertRows, type SeedContext } from '@selvedge/subgraph';
import { Concert } from './entities/concert.js';
import { Song } from './entities/song.js';
import { Venue } from './entities/venue.js';

const cities = ['Bergen', 'Ghent', 'Porto'] as const;
const firstEvening = Date.UTC(2027, 0, 8, 19, 30);
const day = 24 * 3_600_000;

export async function seed({ manager, scale, progress }: SeedContext): Promise<void> {
  const venues = cities.map((city, index) => ({
    id: uuid(index),
    slug: `hall-${city.toLowerCase()}`,
    name: `${city} Hall`,
    city,
  }));
  await insertRows(manager, Venue, venues);

  const count = Math.round(30 * scale);
  const concerts = Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    venueId: uuid(index % cities.length),
    artistId: uuid(100 + (index % 10)),
    title: `Evening ${index + 1}`,
    startsAt: new Date(firstEvening + index * day),
    seats: 200,
    priceCents: 2_450,
    currency: 'EUR',
    isCancelled: index % 10 === 9,
  }));
  await insertRows(manager, Concert, concerts, (done) => {
    progress('concerts', done, count);
  });
  await insertRows(
    manager,
    Song,
    concerts.flatMap(({ id }) =>
      [1, 2, 3].map((position) => ({ concertId: id, position, title: `Song ${position}` })),
    ),
  );
  // The seed has chosen the ids itself; new rows go on after them.
  await manager.query(`SELECT setval(pg_get_serial_sequence('concerts', 'id'), $1)`, [count]);
}

function uuid(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}
