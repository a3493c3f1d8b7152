import { captureWrites, releaseWrites } from '@selvedge/subgraph';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Announces what the reads in `loaders/` and `resolvers/` depend on; a read by other columns has to be added here to be cached. */
export class CaptureUserWrites1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await captureWrites(runner, {
      table: 'users',
      contents: [['id'], ['username']],
      lists: [{ by: [], order: ['member_since', 'id'] }],
    });
    await captureWrites(runner, { table: 'addresses', contents: [['user_id']], lists: [] });
    await captureWrites(runner, { table: 'payment_methods', contents: [['id'], ['user_id']], lists: [] });
  }

  async down(runner: QueryRunner): Promise<void> {
    await releaseWrites(runner, 'payment_methods');
    await releaseWrites(runner, 'addresses');
    await releaseWrites(runner, 'users');
  }
}
