// A mutation that lies in the socket's buffer of a subgraph that stands still, while its router gives up and its intent runs out:
// it is read when everybody is served from the cache again, and must not be committed then.
import { setTimeout as sleep } from 'node:timers/promises';
import { redisAvailable } from '@selvedge/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckedItem, type CheckedItem } from './checked-item.js';
import { fetchTimeout } from './system.js';

const gate = 7;
/** Milliseconds after which a subgraph closes a connection that nobody uses: on a kept one nothing lies for longer. */
const idle = 6_000;
/** Milliseconds that the router passes the store by beyond the fetch's time. */
const beyond = 2_000;

describe.skipIf(!redisAvailable())('a mutation that a subgraph reads when its intent is over', () => {
  let checked: CheckedItem;
  beforeAll(async () => {
    checked = await openCheckedItem();
  }, 120_000);
  afterAll(() => checked.close());

  const complaints = (): string =>
    [...checked.system.routers, checked.system.subgraphs.items]
      .flatMap(({ process: each }) => each.complaints())
      .join('\n');
  const kept = async (): Promise<unknown> => {
    const { rows } = await checked.store.query<{ version: number }>(
      `SELECT version FROM items WHERE id = '1'`,
    );
    return rows[0];
  };

  it('is not carried out', { timeout: 60_000 }, async () => {
    const [first] = checked.clients;
    const { process: subgraph } = checked.system.subgraphs.items;
    expect(await checked.shown()).toEqual([0, 0]);
    await sleep(idle);
    // Whatever is carried out all the same is committed when everybody has read, and kept, what was there before it.
    await checked.store.query('SELECT pg_advisory_lock($1)', [gate]);
    subgraph.pause();
    const mutation = `mutation { setItemAfter(id: "1", nonce: "unread", gate: ${gate}) { version } }`;
    const unread = await first?.ask(mutation, {}, null);
    expect(unread?.isWhole).toBe(false);
    await sleep(beyond + 500);
    subgraph.resume();
    expect(await checked.shown(), complaints()).toEqual([0, 0]);
    await checked.store.query('SELECT pg_advisory_unlock($1)', [gate]);
    // As long as what counts from its reading would have.
    await sleep(fetchTimeout);
    expect(await kept()).toEqual({ version: 0 });
    expect(await checked.shown()).toEqual([0, 0]);
    // The store is served from, and written to, as before.
    const next = await first?.ask('mutation { setItem(id: "1", nonce: "next") { version } }', {}, null);
    expect(next?.data).toEqual({ setItem: { version: 1 } });
    expect(await checked.shown()).toEqual([1, 1]);
  });
});
