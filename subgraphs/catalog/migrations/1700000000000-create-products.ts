import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateProducts1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE categories (
        slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]+$'),
        name text NOT NULL CHECK (name <> ''),
        position smallint NOT NULL UNIQUE
      )`);
    await runner.query(`
      CREATE TABLE products (
        id uuid PRIMARY KEY,
        sku text NOT NULL UNIQUE CHECK (sku <> ''),
        name text NOT NULL CHECK (name <> ''),
        description text NOT NULL,
        brand text NOT NULL,
        price_amount numeric(10, 2) NOT NULL CHECK (price_amount > 0),
        price_currency text NOT NULL CHECK (price_currency ~ '^[A-Z]{3}$'),
        weight_grams integer NOT NULL CHECK (weight_grams > 0),
        length_mm integer NOT NULL CHECK (length_mm > 0),
        category_slug text NOT NULL REFERENCES categories (slug),
        created_at timestamptz NOT NULL,
        in_printed_edition boolean NOT NULL
      )`);
    // One index for each order of the lists, for the whole shop and within a category; prices are read from both ends.
    await runner.query(`
      CREATE INDEX products_by_created_at ON products (created_at DESC, id DESC);
      CREATE INDEX products_by_name ON products (name, id);
      CREATE INDEX products_by_price ON products (price_amount, id);
      CREATE INDEX products_of_category_by_created_at ON products (category_slug, created_at DESC, id DESC);
      CREATE INDEX products_of_category_by_name ON products (category_slug, name, id);
      CREATE INDEX products_of_category_by_price ON products (category_slug, price_amount, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE products');
    await runner.query('DROP TABLE categories');
  }
}
