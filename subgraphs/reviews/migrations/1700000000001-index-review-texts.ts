import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Makes `mentions` quick where the server has pg_trgm; where it has not, it scans. */
export class IndexReviewTexts1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX reviews_text_trigrams ON reviews USING gin ((title || ' ' || body) gin_trgm_ops);
      EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
        RAISE NOTICE 'pg_trgm cannot be created here: the search of reviews will scan';
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS reviews_text_trigrams');
    // An administrator may have created it; then it is not ours to drop.
    await runner.query(`
      DO $$ BEGIN
        DROP EXTENSION IF EXISTS pg_trgm;
      EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN
        RAISE NOTICE 'pg_trgm stays';
      END $$`);
  }
}
