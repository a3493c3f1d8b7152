// The age of what keeps snapshots from going on, as whoever watches the subgraph reads it.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';
import { oldestWriteMetric } from './oldest-write.js';
import { Store } from './store.js';

let library: RunningLibrary;
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.stop());

const name = 'selvedge_subgraph_oldest_write_seconds';

it('is the age of a transaction that has written, of any session', async () => {
  const client = new pg.Client(library.databaseUrl);
  await client.connect();
  await client.query('BEGIN; SELECT pg_current_xact_id(); SELECT pg_sleep(0.1)');
  const response = await fetch(`${library.url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n');
  expect(lines).toContain(`# TYPE ${name} gauge`);
  const [, value] = lines.find((line) => line.startsWith(name))?.split(' ') ?? [];
  expect(Number(value)).toBeGreaterThan(0.1);
  await client.query('ROLLBACK');
  await client.end();
});

it('has no value where the store does not say', async () => {
  const away = new Store({ url: 'postgres://nobody@127.0.0.1:1/nothing', entities: [], migrations: [] });
  expect(await oldestWriteMetric(away)).not.toMatch(new RegExp(`^${name}`, 'm'));
  await away.close();
});
