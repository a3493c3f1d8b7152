import { captureWrites, releaseWrites } from '@selvedge/subgraph';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Announces what the reads in `loaders/` and `resolvers/` depend on; a read by other columns has to be added here to be cached. */
export class CaptureStockWrites1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await captureWrites(runner, { table: 'warehouses', contents: [['code'], []], lists: [] });
    await captureWrites(runner, {
      table: 'stock_levels',
      contents: [['warehouse_code', 'sku'], ['sku']],
      lists: [{ by: ['warehouse_code'], order: ['sku'] }],
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await releaseWrites(runner, 'stock_levels');
    await releaseWrites(runner, 'warehouses');
  }
}
