// One request's DataLoaders, one for each read: whatever resolvers ask of a read within one tick becomes one statement.
// A DataLoader key here is a whole request (keys and columns), so that a list of references costs one promise, not one
// for each of its members.
import DataLoader from 'dataloader';
import type { AnswerRecorder } from './caching/answer-recorder.js';
import type { SelectedOfPage } from './look-ahead/selected-properties.js';
import { columnSet, type ColumnSet } from './reads/columns.js';
import { readBatch, type KeyResults, type KeysRequest } from './reads/batch.js';
import { readPages, type Connection, type PageArguments, type PageRequest } from './reads/page.js';
import type { ReadDefinition } from './reads/read.js';
import type { RawRow } from './store/statement.js';
import type { StoreReads } from './store/store.js';

type Key = Readonly<Record<string, unknown>>;

/** Who is to be told what an answer was made of, and for which representation it was read; null: for none in particular. */
export interface Asker {
  readonly recorder: AnswerRecorder;
  readonly owner: number | null;
}

/** The same for many keys, in their order. */
export interface Askers {
  readonly recorder: AnswerRecorder;
  readonly owners: readonly (number | null)[];
}

/** What the kit's resolvers read through; made for one request. */
export class Loaders {
  readonly #store: StoreReads;
  readonly #keyed = new Map<ReadDefinition, DataLoader<KeysRequest, KeyResults, string | KeysRequest>>();
  readonly #pages = new Map<ReadDefinition, DataLoader<PageRequest, Connection<RawRow>>>();

  constructor(store: StoreReads) {
    this.#store = store;
  }

  /** The row, rows or values of one key. Asked for again in the same request, it comes from the first answer. */
  async loadOne(
    read: ReadDefinition,
    key: Key,
    properties: readonly string[],
    asker: Asker | null = null,
  ): Promise<RawRow | RawRow[] | null> {
    const results = await this.#keyedLoader(read).load(this.#request(read, [key], properties));
    const [result = null] = results;
    if (result instanceof Error) throw result;
    if (asker !== null) note(asker, read, results, key, result);
    return result;
  }

  /** The results of many keys, in their order; a key's error stands in its place. */
  async loadList(
    read: ReadDefinition,
    keys: readonly Key[],
    properties: readonly string[],
    askers: Askers | null = null,
  ): Promise<KeyResults> {
    const results = await this.#keyedLoader(read).load(this.#request(read, keys, properties));
    if (askers !== null) {
      const { recorder, owners } = askers;
      recorder.statements(results);
      keys.forEach((key, index) => {
        recorder.found(read, key, results[index] ?? null, owners[index] ?? null);
      });
    }
    return results;
  }

  /** One page of the list that belongs to the key. */
  async loadPage(
    read: ReadDefinition,
    key: Key,
    pageArguments: PageArguments,
    selected: SelectedOfPage,
    asker: Asker | null = null,
  ): Promise<Connection<RawRow>> {
    const page = await this.#pageLoader(read).load(this.#pageRequest(read, key, pageArguments, selected));
    if (asker !== null) note(asker, read, page, key, page);
    return page;
  }

  /** The same page of the lists of many keys, in their order; a key's error stands in its place. */
  async loadPages(
    read: ReadDefinition,
    keys: readonly Key[],
    pageArguments: PageArguments,
    selected: SelectedOfPage,
    askers: Askers | null = null,
  ): Promise<(Connection<RawRow> | Error)[]> {
    const requests = keys.map((key) => this.#pageRequest(read, key, pageArguments, selected));
    const pages = await this.#pageLoader(read).loadMany(requests);
    if (askers !== null) {
      keys.forEach((key, index) => {
        const page = pages[index] ?? null;
        if (page !== null)
          note({ recorder: askers.recorder, owner: askers.owners[index] ?? null }, read, page, key, page);
      });
    }
    return pages;
  }

  /** Forgets every answer: after a write, what was read before it is not served again. */
  clear(): void {
    for (const loader of this.#keyed.values()) loader.clearAll();
  }

  #request(read: ReadDefinition, keys: readonly Key[], properties: readonly string[]): KeysRequest {
    return { keys, columns: this.#columns(read, properties) };
  }

  #pageRequest(
    read: ReadDefinition,
    key: Key,
    pageArguments: PageArguments,
    { properties, wantsCount }: SelectedOfPage,
  ): PageRequest {
    return { key, arguments: pageArguments, columns: this.#columns(read, properties), wantsCount };
  }

  /** The column set of a selection; an operation's selections are the same lists every time that it runs. */
  #columns(read: ReadDefinition, properties: readonly string[]): ColumnSet {
    let columns = columnsOf(read).get(properties);
    if (columns === undefined) {
      columns = columnSet(this.#store.table(read.entity), [...properties, ...read.always]);
      columnsOf(read).set(properties, columns);
    }
    return columns;
  }

  #pageLoader(read: ReadDefinition): DataLoader<PageRequest, Connection<RawRow>> {
    let loader = this.#pages.get(read);
    if (loader === undefined) {
      loader = new DataLoader((requests) => readPages(this.#store, read, requests), { cache: false });
      this.#pages.set(read, loader);
    }
    return loader;
  }

  #keyedLoader(read: ReadDefinition): DataLoader<KeysRequest, KeyResults, string | KeysRequest> {
    let loader = this.#keyed.get(read);
    if (loader === undefined) {
      loader = new DataLoader((requests) => readBatch(this.#store, read, requests), {
        cacheKeyFn: (request) => memoKey(read, request),
      });
      this.#keyed.set(read, loader);
    }
    return loader;
  }
}

/** Notes it with whoever takes the answer: it may have been read for somebody else. @param answer what has the origin */
function note(
  { recorder, owner }: Asker,
  read: ReadDefinition,
  answer: object,
  key: Key,
  result: unknown,
): void {
  recorder.statements(answer);
  recorder.found(read, key, result, owner);
}

/** Single keys are remembered by value; a list is its own key, since the same list twice in one request is rare. */
function memoKey(read: ReadDefinition, request: KeysRequest): string | KeysRequest {
  const [key] = request.keys;
  if (request.keys.length !== 1 || key === undefined) return request;
  return JSON.stringify([
    read.key.map((property) => key[property]),
    request.columns.hydrate,
    request.columns.properties,
  ]);
}

const selections = new WeakMap<ReadDefinition, WeakMap<readonly string[], ColumnSet>>();

function columnsOf(read: ReadDefinition): WeakMap<readonly string[], ColumnSet> {
  let columns = selections.get(read);
  if (columns === undefined) selections.set(read, (columns = new WeakMap()));
  return columns;
}
