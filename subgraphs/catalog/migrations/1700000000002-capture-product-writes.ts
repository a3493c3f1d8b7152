import { captureWrites, releaseWrites } from '@selvedge/subgraph';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Announces what the reads in `loaders/` and `resolvers/` depend on; a read by other columns has to be added here to be cached. */
export class CaptureProductWrites1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What is found by a part of a name depends on the whole table.
    await captureWrites(runner, { table: 'categories', contents: [['slug'], []], lists: [] });
    const order = ['created_at', 'name', 'price_amount', 'id'];
    await captureWrites(runner, {
      table: 'products',
      contents: [['id'], ['sku'], []],
      lists: [
        { by: [], order },
        { by: ['category_slug'], order },
      ],
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await releaseWrites(runner, 'products');
    await releaseWrites(runner, 'categories');
  }
}
