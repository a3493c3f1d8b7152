import { captureWrites, releaseWrites } from '@selvedge/subgraph';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Announces what the reads in `loaders/` and `resolvers/` depend on; a read by other columns has to be added here to be cached. */
export class CaptureReviewWrites1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await captureWrites(runner, {
      table: 'reviews',
      // Averages are of a product's reviews; mentions are found in the whole table.
      contents: [['id'], ['product_id'], []],
      lists: [
        { by: [], order: ['created_at', 'id'] },
        { by: ['author_id'], order: ['created_at', 'id'] },
      ],
    });
    await captureWrites(runner, { table: 'comments', contents: [['review_id']], lists: [] });
  }

  async down(runner: QueryRunner): Promise<void> {
    await releaseWrites(runner, 'comments');
    await releaseWrites(runner, 'reviews');
  }
}
