// After the run: what every router shows of every key is what is in the stores, whatever happened before.
import type { Pool, QueryResultRow } from 'pg';
import { Log } from './log.js';
import { readerOf, readGroup, readItems, readNote, type Way } from './reading.js';
import { groups, keys, users } from './scale.js';
import type { System } from './system.js';

interface Truth {
  readonly versions: ReadonlyMap<string, number>;
  readonly lists: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Every key, by every way to it, through every router. @returns what differs, in words */
export async function compareWithStores(
  system: System,
  ways: readonly Way[],
  stores: readonly Pool[],
): Promise<string[]> {
  const truth = await truthOf(stores);
  const shown = await readEverything(system, ways);
  const differing = shown.reads.filter(({ key, version }) => truth.versions.get(key) !== version);
  const lists = shown.lists.filter(
    ({ list, members }) => !isSame(members, truth.lists.get(list) ?? new Set()),
  );
  return [
    ...differing.map(
      (read) => `at rest: ${JSON.stringify({ ...read, store: truth.versions.get(read.key) })}`,
    ),
    ...lists.map(({ list, router }) => `at rest: ${list} by router ${router}`),
    ...Array.from(shown.problems, ([problem, count]) => `at rest: ${count} times ${problem}`),
  ];
}

async function truthOf([items, stock]: readonly Pool[]): Promise<Truth> {
  const rowsOf = async <Row extends QueryResultRow>(store: Pool | undefined, table: string): Promise<Row[]> =>
    (await store?.query<Row>(`SELECT * FROM ${table}`))?.rows ?? [];
  const versions = new Map<string, number>();
  const lists = new Map<string, Set<string>>();
  type ItemRow = Readonly<{ id: string; version: number; group_id: number }>;
  for (const { id, version, group_id } of await rowsOf<ItemRow>(items, 'items')) {
    versions.set(`item:${id}`, version);
    const list = `group:${group_id}`;
    lists.set(list, (lists.get(list) ?? new Set()).add(`item:${id}`));
  }
  type NoteRow = Readonly<{ owner: string; version: number }>;
  for (const { owner, version } of await rowsOf<NoteRow>(items, 'notes'))
    versions.set(`note:${owner}`, version);
  type StockRow = Readonly<{ item_id: string; version: number }>;
  for (const { item_id, version } of await rowsOf<StockRow>(stock, 'stock'))
    versions.set(`stock:${item_id}`, version);
  return { versions, lists };
}

const selections = ['id version', 'id version value group', 'id version stock stamp mine'];

async function readEverything(system: System, ways: readonly Way[]): Promise<Log> {
  const log = new Log();
  for (const way of ways) {
    for (let from = 0; from < keys; from += 50) {
      const ids = Array.from({ length: 50 }, (_, index) => String(from + index));
      for (const selection of selections) await readItems(way, readerOf(system, from), ids, selection, log);
    }
    for (let group = 0; group < groups; group += 1) await readGroup(way, readerOf(system, group), group, log);
    for (const [client] of users.entries()) await readNote(way, readerOf(system, client), log);
  }
  return log;
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}
