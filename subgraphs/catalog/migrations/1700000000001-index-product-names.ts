import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Makes a search by a part of the name quick where the server has pg_trgm; where it has not, the search scans. */
export class IndexProductNames1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX products_name_trigrams ON products USING gin (name gin_trgm_ops);
      EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
        RAISE NOTICE 'pg_trgm cannot be created here: the search of products will scan';
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS products_name_trigrams');
    // An administrator may have created it; then it is not ours to drop.
    await runner.query(`
      DO $$ BEGIN
        DROP EXTENSION IF EXISTS pg_trgm;
      EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN
        RAISE NOTICE 'pg_trgm stays';
      END $$`);
  }
}
