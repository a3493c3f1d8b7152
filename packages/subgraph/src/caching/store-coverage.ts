// What of a store's reads the installed triggers cover, as its catalogue says: read when the store is prepared, and again from
// time to time, since another version of this service may migrate it meanwhile.
import { capturedTables, tagOf, type CapturedTable } from '@selvedge/events';
import { LRUCache } from 'lru-cache';
import { codecOf } from '../reads/batch.js';
import type { KeyCodec } from '../reads/key.js';
import type { ReadDefinition } from '../reads/read.js';
import type { EntityClass, Store } from '../store/store.js';
import { relationsOfQuery, type QueryRelations } from './query-relations.js';
import { readTags, type ReadTags } from './read-tags.js';

/** How a read's answers are turned into tags. */
export interface CoveredRead {
  readonly codec: KeyCodec;
  readonly tags: ReadTags;
}

/** After so many milliseconds the catalogue is read again, by the way. */
const freshFor = 10_000;
/** Texts of queries whose tables are remembered; they are constant, so a service has a few. */
const maxQueries = 500;

export class StoreCoverage {
  #tables: ReadonlyMap<string, CapturedTable | string> = new Map();
  #volatileFunctions: ReadonlySet<string> = new Set();
  #reads = new Map<ReadDefinition, CoveredRead>();
  #queries = new LRUCache<string, QueryRelations>({ max: maxQueries });
  #readAt = -Infinity;
  #hasOutbox = false;
  #cluster: string | null = null;

  constructor(private readonly store: Store) {}

  /** Reads the catalogue. @throws as a query does */
  async load(): Promise<void> {
    this.#readAt = performance.now();
    const { dataSource } = this.store;
    this.#cluster = (await this.store.server()).cluster;
    const captured = await capturedTables(dataSource);
    const unsafe = new Map(
      (await dataSource.query<{ name: string; reason: string }[]>(unsafeTables)).map(({ name, reason }) => [
        name,
        reason,
      ]),
    );
    this.#tables = new Map(
      captured.map((table) => {
        const reason = unsafe.get(table.name);
        return [table.name, reason === undefined ? table : `${table.name} ${reason}`];
      }),
    );
    const [outbox] = await dataSource.query<{ exists: boolean }[]>(outboxThere);
    this.#hasOutbox = outbox?.exists === true;
    const functions = await dataSource.query<{ name: string }[]>(volatileFunctions);
    this.#volatileFunctions = new Set(functions.map(({ name }) => name));
    this.#reads = new Map();
    this.#queries.clear();
  }

  /** The cluster that the store is in, as far as this process knows: for answers that have read nothing. */
  get cluster(): string | null {
    return this.#cluster;
  }

  /** Whether what a transaction writes can be read back. */
  get hasOutbox(): boolean {
    return this.#hasOutbox;
  }

  /** To be called by whoever is about to rely on it. */
  keepFresh(): void {
    if (performance.now() - this.#readAt > freshFor) void this.load().catch(() => undefined);
  }

  of(read: ReadDefinition): CoveredRead {
    let covered = this.#reads.get(read);
    if (covered === undefined) {
      const table = this.store.table(read.entity);
      const tags = readTags(table, read, this.#captureOf(table.name));
      this.#reads.set(read, (covered = { codec: codecOf(table, read), tags }));
    }
    return covered;
  }

  /**
   * The tags of a query of one's own that says which entities it reads, or why there are none.
   *
   * @throws where it is no query that only reads
   */
  async ofQuery(
    text: string,
    reads: readonly EntityClass[] | undefined,
  ): Promise<readonly string[] | string> {
    let relations = this.#queries.get(text);
    if (relations === undefined) {
      relations = await relationsOfQuery(this.store, text, this.#volatileFunctions);
      this.#queries.set(text, relations);
    }
    if (typeof relations === 'string') return relations;
    if (reads === undefined) return 'a query does not say which entities it reads';
    const said = new Map(reads.map((entity) => [this.store.table(entity).name, this.#wholeTag(entity)]));
    for (const name of relations) if (!said.has(name)) return `a query reads ${name}, which it does not say`;
    const tags: string[] = [];
    for (const tag of said.values()) {
      if (tag.refusal !== null) return tag.refusal;
      tags.push(tag.text);
    }
    return tags;
  }

  #wholeTag(entity: EntityClass): { readonly text: string; readonly refusal: string | null } {
    const { name } = this.store.table(entity);
    const capture = this.#captureOf(name);
    if (typeof capture === 'string') return { text: '', refusal: capture };
    const isCovered = capture.contents.some((columns) => columns.length === 0);
    return { text: tagOf(capture.name, {}), refusal: isCovered ? null : `no tag covers all of ${name}` };
  }

  #captureOf(name: string): CapturedTable | string {
    return this.#tables.get(name) ?? `writes to ${name} are not captured`;
  }
}

const nameOfTable = `CASE WHEN n.nspname = current_schema() THEN c.relname ELSE n.nspname || '.' || c.relname END`;

/** Row security shows each session other rows; of a table that others inherit from, their rows are read and their writes missed. */
const unsafeTables = `
  SELECT ${nameOfTable} AS name,
    CASE WHEN c.relrowsecurity THEN 'has row security' ELSE 'is inherited from' END AS reason
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relrowsecurity OR c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)`;

const outboxThere = `SELECT to_regprocedure('selvedge_writes(integer)') IS NOT NULL AS exists`;

/** Functions of one's own that may read what is in no plan, or depend on the session. */
const volatileFunctions = `
  SELECT DISTINCT lower(p.proname) AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.provolatile <> 'i' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`;
