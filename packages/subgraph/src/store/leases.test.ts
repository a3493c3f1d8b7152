import { createTestStore, type TestStore } from '@selvedge/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Leases } from './leases.js';

let store: TestStore;
let pool: pg.Pool;

beforeAll(async () => {
  store = await createTestStore();
  pool = new pg.Pool({ connectionString: store.url, max: 1 });
  pool.on('error', () => undefined);
});
afterAll(async () => {
  await pool.end();
  await store.drop();
});

const forever = { text: 'SELECT pg_sleep(600)' };
const processId = { text: 'SELECT pg_backend_pid() AS pid' };

describe('Leases', () => {
  it('takes a connection back from a server that does not answer, and replaces it', async () => {
    const leases = new Leases(pool, 50);
    const [before] = await leases.query<{ pid: number }>(processId);
    await expect(leases.query(forever)).rejects.toThrow(/^Connection terminated/);
    const [after] = await leases.query<{ pid: number }>(processId);
    expect(after?.pid).not.toBe(before?.pid);
  });

  it('goes on looking after a time without statements', async () => {
    const leases = new Leases(pool, 10);
    await leases.query(processId);
    // Longer than it takes to look once and find nothing.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(leases.query(forever)).rejects.toThrow(/^Connection terminated/);
  });

  it('cancels a statement at its deadline: the server does not go on with it', async () => {
    const leases = new Leases(pool, 60_000);
    const lost = leases.query({ text: 'SELECT pg_sleep(601)' }, performance.now() + 50);
    await expect(lost).rejects.toThrow(/^Connection terminated/);
    const running = {
      text: "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(601)' AND state = 'active'",
    };
    await expect.poll(() => leases.query(running), { timeout: 10_000 }).toEqual([]);
  });

  it('minds an early deadline beside a late one', async () => {
    const two = new pg.Pool({ connectionString: store.url, max: 2 });
    const leases = new Leases(two, 60_000);
    const late = leases.query({ text: 'SELECT pg_sleep(0.5), 1 AS one' }, performance.now() + 50_000);
    await expect(leases.query(forever, performance.now() + 50)).rejects.toThrow(/^Connection terminated/);
    expect(await late).toMatchObject([{ one: 1 }]);
    await two.end();
  });

  it('lets a statement fail whose connection is lost, and the process live', async () => {
    const leases = new Leases(pool, 60_000);
    const [backend] = await leases.query<{ pid: number }>(processId);
    const lost = expect(leases.query(forever)).rejects.toThrow(/terminat/);
    const admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    await admin.query('SELECT pg_terminate_backend($1)', [backend?.pid]);
    await admin.end();
    await lost;
    expect(await leases.query<{ one: number }>({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
  });

  it('does not use a connection again on which a statement failed', async () => {
    const leases = new Leases(pool, 60_000);
    const [before] = await leases.query<{ pid: number }>(processId);
    await expect(leases.query({ text: 'SELECT 1/0' })).rejects.toThrow('division by zero');
    const [after] = await leases.query<{ pid: number }>(processId);
    expect(after?.pid).not.toBe(before?.pid);
  });
});
