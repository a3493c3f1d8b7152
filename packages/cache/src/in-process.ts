/**
 * The contract without Redis, for a router that is one process. It is bounded by bytes and forgets what was used least, records of
 * stores and tags included: as in Redis, nothing is right because it is still there.
 */
import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type {
  CacheBackend,
  Claim,
  EntryRequest,
  Evidence,
  NewEntry,
  StoredField,
  StoreState,
  TagRecord,
} from './contract.js';
import { isOfSameField, valuesOf, withOthers } from './field-name.js';
import { defaultLongestIntent, fillsKept } from './limits.js';
import { doubtOf } from './proof.js';
import {
  doubtIn,
  fence,
  intendIn,
  meetCluster,
  newStoreRecord,
  newTagHistory,
  recordOf,
  settleIn,
  stateAt,
  type StoreRecord,
  type TagHistory,
} from './store-record.js';

export interface InProcessOptions {
  readonly maxBytes: number;
  /** Milliseconds; no `IntentTimes.over` is longer. Default: a minute. */
  readonly longestIntent?: number;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
}

/** What is kept of it at the moment. */
export interface InProcessUsage {
  readonly bytes: number;
  readonly items: number;
}

export interface InProcessBackend extends CacheBackend {
  usage(): InProcessUsage;
  /** Forgets the items whose names `matches`: for tests of what eviction does. */
  evict(matches: (item: EvictableItem) => boolean): void;
}

export interface EvictableItem {
  readonly kind: 'store' | 'tag' | 'entry' | 'claim';
  readonly store: string;
  /** Of the tag or the entry; of a store: empty. */
  readonly name: string;
}

type Entry = ReadonlyMap<string, StoredField>;

interface HeldClaim {
  readonly id: string;
  readonly until: number;
}

interface Items {
  store: StoreRecord;
  tag: TagHistory;
  entry: Entry;
  claim: HeldClaim;
}
type Kind = keyof Items;

/** Everything is below the bound, each by a name of its kind. */
interface Item {
  readonly name: EvictableItem;
  readonly value: Items[Kind];
  readonly size: number;
}

export function openInProcessBackend(options: InProcessOptions): InProcessBackend {
  return new InProcess(options);
}

class InProcess implements InProcessBackend {
  readonly #items: LRUCache<string, Item>;
  readonly #longestIntent: number;
  readonly #now: () => number;

  constructor({ maxBytes, longestIntent = defaultLongestIntent, now = Date.now }: InProcessOptions) {
    this.#items = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ size }) => size });
    this.#longestIntent = longestIntent;
    this.#now = now;
  }

  states(stores: readonly string[]): Promise<readonly StoreState[]> {
    return Promise.resolve(stores.map((store) => stateAt(this.#storeOf(store), this.#now())));
  }

  read(store: string, requests: readonly EntryRequest[], claim: Claim | null) {
    const state = stateAt(this.#storeOf(store), this.#now());
    const records = new Map<string, TagRecord | null>();
    const entries = requests.map(({ key, fields }) => {
      const entry = this.#get('entry', store, key);
      return fields.map((field) => {
        const stored = entry === undefined ? null : valueOf(entry, field);
        for (const { evidence } of valuesOf(stored)) this.#addRecords(store, state, evidence.tags, records);
        return stored;
      });
    });
    const claimed = requests.map(({ key }) => {
      if (this.#get('entry', store, key) !== undefined) return null;
      // While a write is in doubt nothing is stored, so that to wait for another is to wait for nothing.
      return claim !== null && (state.isBypassed || this.#claim(store, key, claim));
    });
    return Promise.resolve({ state, entries, records, claimed });
  }

  records(store: string, tags: readonly string[]) {
    const state = stateAt(this.#storeOf(store), this.#now());
    const records = new Map<string, TagRecord | null>();
    this.#addRecords(store, state, tags, records);
    return Promise.resolve({ state, records });
  }

  fill(store: string, entries: readonly NewEntry[]): Promise<number> {
    const record = this.#storeOf(store);
    const stored = entries.filter((entry) => {
      this.#delete('claim', store, entry.key);
      if (stateAt(record, this.#now()).isBypassed) return false;
      meetCluster(record, entry.evidence.cluster);
      for (const tag of entry.evidence.tags) this.#ensureTag(store, tag, record);
      const state = stateAt(record, this.#now());
      const records = new Map<string, TagRecord | null>();
      this.#addRecords(store, state, entry.evidence.tags, records);
      if (doubtOf(entry.evidence, state, records, this.#now()) !== null) return false;
      this.#put('entry', store, entry.key, this.#merged(store, entry));
      return true;
    });
    return Promise.resolve(stored.length);
  }

  claim(store: string, keys: readonly string[], claim: Claim): Promise<readonly boolean[]> {
    return Promise.resolve(keys.map((key) => this.#claim(store, key, claim)));
  }

  abandon(store: string, keys: readonly string[], claim: string): Promise<void> {
    for (const key of keys)
      if (this.#get('claim', store, key)?.id === claim) this.#delete('claim', store, key);
    return Promise.resolve();
  }

  intend(store: string, id: string, times: { suspect: number; over: number }): Promise<void> {
    const record = this.#storeOf(store);
    intendIn(record, id, times, this.#now());
    this.#put('store', store, '', record);
    return Promise.resolve();
  }

  settle(store: string, write: Parameters<CacheBackend['settle']>[1], intent: string | null): Promise<void> {
    const record = this.#storeOf(store);
    stateAt(record, this.#now());
    const xids = settleIn(record, write);
    for (const tag of write.tags) {
      const history = this.#get('tag', store, tag);
      if (history?.nonce === record.nonce) this.#put('tag', store, tag, fence(history, record.count, xids));
    }
    if (intent !== null) record.intents.delete(intent);
    return Promise.resolve();
  }

  doubt(store: string, intent: string): Promise<void> {
    doubtIn(this.#storeOf(store), intent, this.#now(), this.#longestIntent);
    return Promise.resolve();
  }

  vouch(store: string, milliseconds: number): Promise<void> {
    this.#storeOf(store).vouchedUntil = this.#now() + milliseconds;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#items.clear();
    return Promise.resolve();
  }

  usage(): InProcessUsage {
    return { bytes: this.#items.calculatedSize, items: this.#items.size };
  }

  evict(matches: (item: EvictableItem) => boolean): void {
    for (const [key, { name }] of [...this.#items.entries()]) if (matches(name)) this.#items.delete(key);
  }

  #storeOf(store: string): StoreRecord {
    const known = this.#get('store', store, '');
    if (known !== undefined) return known;
    const made = newStoreRecord(randomBytes(12).toString('base64url'), this.#now(), this.#longestIntent);
    this.#put('store', store, '', made);
    return made;
  }

  #ensureTag(store: string, tag: string, record: StoreRecord): void {
    if (this.#get('tag', store, tag)?.nonce !== record.nonce)
      this.#put('tag', store, tag, newTagHistory(record));
  }

  #addRecords(
    store: string,
    state: StoreState,
    tags: readonly string[],
    records: Map<string, TagRecord | null>,
  ): void {
    for (const tag of tags) {
      if (records.has(tag)) continue;
      const history = this.#get('tag', store, tag);
      records.set(tag, history === undefined ? null : recordOf(history, state.since));
    }
  }

  #claim(store: string, key: string, { id, milliseconds }: Claim): boolean {
    const held = this.#get('claim', store, key);
    const now = this.#now();
    if (held !== undefined && held.id !== id && held.until > now) return false;
    this.#put('claim', store, key, { id, until: now + milliseconds });
    return true;
  }

  /** The entry with these fields, and with those of the last fills before. */
  #merged(store: string, { key, fields, evidence }: NewEntry): Entry {
    const merged = new Map(this.#get('entry', store, key));
    for (const [name, value] of fields) merged.set(name, { value, evidence });
    const fills = new Set([...merged.values()].map((field) => field.evidence));
    const oldest = [...fills].sort((a, b) => b.fetchedAt - a.fetchedAt).slice(fillsKept);
    for (const [name, field] of merged) if (oldest.includes(field.evidence)) merged.delete(name);
    return merged;
  }

  #get<K extends Kind>(kind: K, store: string, name: string): Items[K] | undefined {
    return this.#items.get(itemKey(kind, store, name))?.value as Items[K] | undefined;
  }

  #put<K extends Kind>(kind: K, store: string, name: string, value: Items[K]): void {
    const key = itemKey(kind, store, name);
    this.#items.set(key, { name: { kind, store, name }, value, size: key.length + sizeOf(value) });
  }

  #delete(kind: Kind, store: string, name: string): void {
    this.#items.delete(itemKey(kind, store, name));
  }
}

function valueOf(entry: Entry, wanted: string): StoredField | null {
  const own = entry.get(wanted) ?? null;
  const since = own?.evidence.fetchedAt ?? -Infinity;
  const newer: StoredField[] = [];
  for (const [name, field] of entry)
    if (isOfSameField(name, wanted) && field.evidence.fetchedAt > since) newer.push(field);
  newer.sort((a, b) => b.evidence.fetchedAt - a.evidence.fetchedAt);
  return withOthers(own, newer);
}

function itemKey(kind: Kind, store: string, name: string): string {
  return `${kind}\n${store}\n${name}`;
}

/** Of an item around its texts, roughly: objects, a node of the LRU's list, a place in its maps. */
const overhead = 300;

function sizeOf(value: Items[Kind]): number {
  if ('intents' in value) return overhead + value.intents.size * 100;
  if ('fences' in value) return overhead + value.fences.length * 60;
  if ('until' in value) return overhead;
  let size = overhead;
  const counted = new Set<Evidence>();
  for (const [name, field] of value) {
    size += name.length + Buffer.byteLength(field.value) + 100;
    if (!counted.has(field.evidence)) size += evidenceSize(field.evidence);
    counted.add(field.evidence);
  }
  return size;
}

function evidenceSize({ snapshot, tags }: Evidence): number {
  return 200 + (snapshot?.length ?? 0) + tags.reduce((sum, tag) => sum + tag.length + 20, 0);
}
