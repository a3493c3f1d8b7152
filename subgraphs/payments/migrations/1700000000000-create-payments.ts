import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePayments1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE payment_methods (
        id         uuid PRIMARY KEY,
        user_id    uuid NOT NULL,
        kind       text NOT NULL CHECK (kind IN ('card', 'wallet', 'invoice')),
        brand      text,
        last_four  text CHECK (last_four ~ '^[0-9]{4}$'),
        expires    text CHECK (expires ~ '^(0[1-9]|1[0-2])/[0-9]{2}$'),
        provider   text,
        terms_days integer CHECK (terms_days > 0),
        UNIQUE (id, user_id),
        CONSTRAINT columns_of_kind CHECK (
          (kind = 'card') = (brand IS NOT NULL AND last_four IS NOT NULL AND expires IS NOT NULL)
          AND (kind = 'card' OR num_nonnulls(brand, last_four, expires) = 0)
          AND (kind = 'wallet') = (provider IS NOT NULL)
          AND (kind = 'invoice') = (terms_days IS NOT NULL)
        )
      )`);
    // The composite foreign key lets nobody pay by a method that is not theirs.
    await runner.query(`
      CREATE TABLE payments (
        id           uuid PRIMARY KEY,
        order_id     bigint NOT NULL,
        user_id      uuid NOT NULL,
        method_id    uuid NOT NULL,
        amount_cents bigint NOT NULL CHECK (amount_cents > 0),
        currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        status       text NOT NULL CHECK (status IN ('AUTHORISED', 'CAPTURED', 'REFUNDED', 'DECLINED')),
        created_at   timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (method_id, user_id) REFERENCES payment_methods (id, user_id)
      )`);
    await runner.query('CREATE INDEX payments_of_order ON payments (order_id, created_at, id)');
    await runner.query('CREATE INDEX payments_by_method ON payments (method_id, user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE payments');
    await runner.query('DROP TABLE payment_methods');
  }
}
