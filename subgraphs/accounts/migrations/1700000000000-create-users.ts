import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUsers1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        username text NOT NULL UNIQUE CHECK (username <> ''),
        name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
        bio text CHECK (char_length(bio) <= 500),
        loyalty_tier text NOT NULL CHECK (loyalty_tier IN ('BRONZE', 'SILVER', 'GOLD')),
        member_since timestamptz NOT NULL,
        email text NOT NULL UNIQUE,
        risk_score smallint NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
        mailing_key text NOT NULL UNIQUE
      )`);
    await runner.query('CREATE INDEX users_by_member_since ON users (member_since DESC, id DESC)');
    await runner.query(`
      CREATE TABLE addresses (
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        position smallint NOT NULL CHECK (position > 0),
        label text NOT NULL,
        line1 text NOT NULL,
        city text NOT NULL,
        postal_code text NOT NULL,
        country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
        PRIMARY KEY (user_id, position)
      )`);
    await runner.query(`
      CREATE TABLE payment_methods (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        nickname text NOT NULL CHECK (nickname <> ''),
        is_default boolean NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX payment_methods_by_user ON payment_methods (user_id, is_default DESC, id)',
    );
    await runner.query(
      'CREATE UNIQUE INDEX payment_methods_one_default ON payment_methods (user_id) WHERE is_default',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE payment_methods');
    await runner.query('DROP TABLE addresses');
    await runner.query('DROP TABLE users');
  }
}
