import { captureWrites, releaseWrites } from '@selvedge/subgraph';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Announces what the reads in `loaders/` and `resolvers/` depend on; a read by other columns has to be added here to be cached. */
export class CaptureOrderWrites1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Read only while an order is placed, in its transaction; without this, a write to it would be one to anything.
    await captureWrites(runner, { table: 'price_list_entries', contents: [['sku']], lists: [] });
    await captureWrites(runner, {
      table: 'orders',
      contents: [['id']],
      lists: [{ by: ['user_id'], order: ['created_at', 'id'] }],
    });
    await captureWrites(runner, { table: 'order_lines', contents: [['order_id'], ['sku']], lists: [] });
  }

  async down(runner: QueryRunner): Promise<void> {
    await releaseWrites(runner, 'order_lines');
    await releaseWrites(runner, 'orders');
    await releaseWrites(runner, 'price_list_entries');
  }
}
