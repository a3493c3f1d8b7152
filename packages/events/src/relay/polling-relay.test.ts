// The relay on a real server: nothing is lost or left behind, whoever commits when, and whatever ends.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureWrites } from '../capture.js';
import { rowsOf } from '../runner.js';
import { openOutboxStore, type OutboxStore } from '../testing/outbox-store.js';
import { startPollingRelay } from './polling-relay.js';
import type { OutboxMessage, Relay } from './relay.js';

let store: OutboxStore;
let relays: Relay[] = [];
beforeAll(async () => {
  store = await openOutboxStore();
  await store.source.query('CREATE TABLE items (id integer PRIMARY KEY, version integer NOT NULL DEFAULT 0)');
  await captureWrites(store.source, { table: 'items', contents: [['id']], lists: [] });
});
beforeEach(async () => {
  await store.source.query('DELETE FROM items');
  await store.source.query('DELETE FROM selvedge_outbox');
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  relays = [];
});
afterAll(() => store.close());

function start(deliver: (messages: readonly OutboxMessage[]) => Promise<void> | void): Relay {
  const relay = startPollingRelay({
    url: store.url,
    deliveries: { deliver: async (messages) => deliver(messages), caughtUp: () => undefined },
    failed: () => undefined,
  });
  relays.push(relay);
  return relay;
}

const writes = ({ op, key }: OutboxMessage): string => `${op} ${key ?? ''}`;
const left = async (): Promise<number> => {
  const [row] = await rowsOf<{ count: string }>(store.source, 'SELECT count(*) FROM selvedge_outbox');
  return Number(row?.count);
};
const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

describe('the polling relay', () => {
  it('delivers what was there and what comes, and deletes it then', async () => {
    await store.source.query('INSERT INTO items VALUES (1)');
    const got: OutboxMessage[] = [];
    start((messages) => void got.push(...messages));
    await eventually(() => {
      expect(got.map(writes)).toEqual(['I 1']);
    });
    await store.source.query('UPDATE items SET version = 1');
    await eventually(async () => {
      expect(got.map(writes)).toEqual(['I 1', 'U 1']);
      expect(got[1]?.tags).toEqual(['items:id=1']);
      expect(await left()).toBe(0);
    });
  });

  it('keeps the order of a key where the older transaction commits last, and loses nothing behind one that is open', async () => {
    await store.source.query('INSERT INTO items VALUES (1), (2), (3)');
    const [older, newer, held] = await Promise.all([store.session(), store.session(), store.session()]);
    const got: OutboxMessage[] = [];
    start((messages) => void got.push(...messages));
    await eventually(() => {
      expect(got).toHaveLength(3);
    });
    got.length = 0;
    await held.query('BEGIN');
    await held.query('UPDATE items SET version = 1 WHERE id = 3');
    await older.query('BEGIN');
    await older.query('SELECT pg_current_xact_id()');
    await newer.query('BEGIN');
    await newer.query('UPDATE items SET version = 1 WHERE id = 1');
    await newer.query('COMMIT');
    await older.query('SAVEPOINT s');
    await older.query('UPDATE items SET version = 9 WHERE id = 2');
    await older.query('ROLLBACK TO s');
    await older.query('UPDATE items SET version = 2 WHERE id = 1');
    await older.query('COMMIT');
    await eventually(() => {
      expect(got.map(writes)).toEqual(['U 1', 'U 1']);
    });
    const [first, second] = got;
    // The lower transaction id is the later write.
    expect(BigInt(first?.xid ?? 0)).toBeGreaterThan(BigInt(second?.xid ?? 0));
    await held.query('COMMIT');
    await eventually(() => {
      expect(got.map(writes)).toEqual(['U 1', 'U 1', 'U 3']);
    });
    // Which whoever reads on from the greatest id has lost.
    expect(Number(got[2]?.id)).toBeLessThan(Number(first?.id));
  });

  it('delivers again what could not be delivered, and nothing before it', async () => {
    const tried: string[][] = [];
    start((messages) => {
      tried.push(messages.map(writes));
      if (tried.length < 3) throw new Error('not now');
    });
    await store.source.query('INSERT INTO items VALUES (1)');
    await store.source.query('INSERT INTO items VALUES (2)');
    await eventually(async () => {
      expect(await left()).toBe(0);
    });
    const [first, second, third] = tried;
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(tried.slice(2).flat()).toEqual(['I 1', 'I 2']);
  });

  it('hands over to another where its session ends', async () => {
    const got: string[] = [];
    const deliver = (messages: readonly OutboxMessage[]) => void got.push(...messages.map(writes));
    const [one, other] = [start(deliver), start(deliver)];
    await eventually(() => {
      expect([one, other].filter((relay) => relay.status().isLeader)).toHaveLength(1);
    });
    const leader = one.status().isLeader ? one : other;
    await leader.stop();
    await store.source.query('INSERT INTO items VALUES (1)');
    await eventually(() => {
      expect(got).toEqual(['I 1']);
    });
    const ended = await rowsOf(
      store.source,
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(ended).toHaveLength(1);
    await store.source.query('INSERT INTO items VALUES (2)');
    await eventually(() => {
      expect(new Set(got)).toEqual(new Set(['I 1', 'I 2']));
    });
  });

  it('delivers 100,000 rows of one transaction, each once', { timeout: 60_000 }, async () => {
    const ids = new Set<string>();
    let count = 0;
    start((messages) => {
      count += messages.length;
      for (const { id } of messages) ids.add(id);
    });
    await store.source.query('INSERT INTO items SELECT g FROM generate_series(1, 100000) g');
    await vi.waitFor(
      async () => {
        expect(await left()).toBe(0);
      },
      { timeout: 50_000, interval: 200 },
    );
    expect([count, ids.size]).toEqual([100_000, 100_000]);
  });
});
