// A mutation that lies in the socket's buffer of a subgraph that stands still, while its router gives up and its intent runs out:
// it is read when everybody is served from the cache again, and must not be committed then.
import { setTimeout as sleep } from 'node:timers/promises';
import { redisAvailable, testAdminUrl } from '@selvedge/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client.js';
import { fetchTimeout, startSystem, type System } from './system.js';

const gate = 7;
/** Milliseconds after which a subgraph closes a connection that nobody uses: on a kept one nothing lies for longer. */
const idle = 6_000;
/** Milliseconds that the router passes the store by beyond the fetch's time. */
const beyond = 2_000;

describe.skipIf(!redisAvailable())('a mutation that a subgraph reads when its intent is over', () => {
  let system: System;
  let clients: Client[];
  let store: pg.Client;
  beforeAll(async () => {
    system = await startSystem({ postgres: testAdminUrl(), routers: 2, isCached: true, variant: null });
    clients = system.routers.map(({ process: { url } }) => new Client(url));
    store = new pg.Client(system.subgraphs.items.databaseUrl);
    await store.connect();
  }, 120_000);
  afterAll(async () => {
    await store.end();
    for (const client of clients) await client.close();
    await system.stop();
  });

  const shown = async (): Promise<unknown[]> => {
    const query = '{ item(id: "1") { version } }';
    const answers = await Promise.all(clients.map((client) => client.ask(query, {}, null)));
    return answers.map(({ data, problem }) => data?.['item'] ?? problem);
  };
  const complaints = (): string =>
    [...system.routers, system.subgraphs.items].flatMap(({ process: each }) => each.complaints()).join('\n');
  const kept = async (): Promise<unknown> => {
    const { rows } = await store.query<{ version: number }>(`SELECT version FROM items WHERE id = '1'`);
    return rows[0];
  };

  it('is not carried out', { timeout: 60_000 }, async () => {
    const [first] = clients;
    const { process: subgraph } = system.subgraphs.items;
    expect(await shown()).toEqual([{ version: 0 }, { version: 0 }]);
    await sleep(idle);
    // Whatever is carried out all the same is committed when everybody has read, and kept, what was there before it.
    await store.query('SELECT pg_advisory_lock($1)', [gate]);
    subgraph.pause();
    const mutation = `mutation { setItemAfter(id: "1", nonce: "unread", gate: ${gate}) { version } }`;
    const unread = await first?.ask(mutation, {}, null);
    expect(unread?.isWhole).toBe(false);
    await sleep(beyond + 500);
    subgraph.resume();
    expect(await shown(), complaints()).toEqual([{ version: 0 }, { version: 0 }]);
    await store.query('SELECT pg_advisory_unlock($1)', [gate]);
    // As long as what counts from its reading would have.
    await sleep(fetchTimeout);
    expect(await kept()).toEqual({ version: 0 });
    expect(await shown()).toEqual([{ version: 0 }, { version: 0 }]);
    // The store is served from, and written to, as before.
    const next = await first?.ask('mutation { setItem(id: "1", nonce: "next") { version } }', {}, null);
    expect(next?.data).toEqual({ setItem: { version: 1 } });
    expect(await shown()).toEqual([{ version: 1 }, { version: 1 }]);
  });
});
