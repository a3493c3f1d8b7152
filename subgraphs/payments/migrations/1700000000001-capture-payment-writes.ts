import { captureWrites, releaseWrites } from '@selvedge/subgraph';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Announces what the reads in `loaders/` and `resolvers/` depend on; a read by other columns has to be added here to be cached. */
export class CapturePaymentWrites1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // `acceptedPayments` counts all rows of both.
    await captureWrites(runner, { table: 'payment_methods', contents: [['id'], []], lists: [] });
    await captureWrites(runner, { table: 'payments', contents: [['id'], ['order_id'], []], lists: [] });
  }

  async down(runner: QueryRunner): Promise<void> {
    await releaseWrites(runner, 'payments');
    await releaseWrites(runner, 'payment_methods');
  }
}
