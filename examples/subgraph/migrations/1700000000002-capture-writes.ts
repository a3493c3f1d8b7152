import { captureWrites, releaseWrites } from '@selvedge/subgraph';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Announces what `reads.ts` depends on, so that a router may cache answers; a read by other columns has to be added here. */
export class CaptureWrites1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await captureWrites(runner, {
      table: 'concerts',
      // Seats are summed up by artist; concerts in a city are found in the whole table.
      contents: [['id'], ['artist_id'], []],
      lists: [
        { by: [], order: ['is_cancelled', 'starts_at', 'id'] },
        { by: ['venue_id'], order: ['starts_at', 'id'] },
      ],
    });
    await captureWrites(runner, {
      table: 'venues',
      contents: [['id'], ['slug'], []],
      lists: [],
    });
    await captureWrites(runner, { table: 'songs', contents: [['concert_id']], lists: [] });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['songs', 'venues', 'concerts']) await releaseWrites(runner, table);
  }
}
