// A system with two routers, and what each of them shows of one item.
import { testAdminUrl } from '@selvedge/testkit';
import pg from 'pg';
import { Client } from './client.js';
import { startSystem, type System, type SystemOptions } from './system.js';

export interface CheckedItem {
  readonly system: System;
  /** Of each router. */
  readonly clients: readonly Client[];
  /** The store of items, past everybody. */
  readonly store: pg.Client;
  /** The first item's version by each router, or what went wrong. */
  shown(): Promise<unknown[]>;
  close(): Promise<void>;
}

export async function openCheckedItem(options: Partial<SystemOptions> = {}): Promise<CheckedItem> {
  const postgres = testAdminUrl();
  const system = await startSystem({ postgres, routers: 2, isCached: true, variant: null, ...options });
  const clients = system.routers.map(({ process: { url } }) => new Client(url));
  const store = new pg.Client(system.subgraphs.items.databaseUrl);
  await store.connect();
  return {
    system,
    clients,
    store,
    async shown() {
      const query = '{ item(id: "1") { version } }';
      const answers = await Promise.all(clients.map((client) => client.ask(query, {}, null)));
      return answers.map(
        ({ data, problem }) => (data?.['item'] as { readonly version: number } | null)?.version ?? problem,
      );
    },
    async close() {
      await store.end();
      for (const client of clients) await client.close();
      await system.stop();
    },
  };
}
