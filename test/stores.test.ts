// Each service's database is its own: no other service's role gets in, whatever it knows.
import { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { startSystem, subgraphNames, type SubgraphName, type System } from './system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  return () => system.stop();
});

const pairs = subgraphNames.flatMap((role) => subgraphNames.map((store) => [role, store] as const));

it.each(pairs)('the role of %s asks for the store of %s', async (role, store) => {
  const url = new URL(system.store(role).url);
  url.pathname = `/${system.store(store).database}`;
  const client = new Client({ connectionString: url.href });
  const connected = client.connect();
  if (role !== store) {
    await expect(connected).rejects.toThrow(/permission denied for database/);
    return;
  }
  await connected;
  const { rows } = await client.query<{ tables: string }>(
    `SELECT count(*) AS tables FROM ${mainTable[store]}`,
  );
  expect(Number(rows[0]?.tables)).toBeGreaterThan(0);
  await client.end();
});

const mainTable: Readonly<Record<SubgraphName, string>> = {
  accounts: 'users',
  catalog: 'products',
  inventory: 'stock_levels',
  orders: 'orders',
  payments: 'payments',
  reviews: 'reviews',
};
