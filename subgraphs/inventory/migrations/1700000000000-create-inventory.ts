import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInventory1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE warehouses (
        code    text PRIMARY KEY,
        name    text NOT NULL,
        city    text NOT NULL,
        country text NOT NULL
      )`);
    // The primary key also serves the pages of one warehouse, in order of sku.
    await runner.query(`
      CREATE TABLE stock_levels (
        warehouse_code text NOT NULL REFERENCES warehouses (code),
        sku            text NOT NULL,
        available      integer NOT NULL CHECK (available BETWEEN 0 AND 1000000000),
        reserved       integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        PRIMARY KEY (warehouse_code, sku)
      )`);
    // A product's levels are read by sku; `available` rides along so that the sum needs no visit to the table.
    await runner.query(`
      CREATE INDEX stock_levels_by_sku ON stock_levels (sku, warehouse_code) INCLUDE (available)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE stock_levels');
    await runner.query('DROP TABLE warehouses');
  }
}
