/** What everybody writes first: SET, and DEL on invalidation. The model has to catch it. */
import type {
  CacheBackend,
  EntryRequest,
  NewEntry,
  StoredField,
  StoreState,
  TagRecord,
  Write,
} from '../contract.js';
import type { Harness } from './harness.js';

const state: StoreState = { nonce: '', count: 1, since: 1, cluster: null, isBypassed: false };

export function openNaive(): Harness {
  const entries = new Map<string, Map<string, StoredField>>();
  const proofOf = (tags: readonly string[]) =>
    new Map<string, TagRecord>(tags.map((tag) => [tag, { nonce: '', born: 0, xids: [] }]));
  const backend: CacheBackend = {
    states: (stores) => Promise.resolve(stores.map(() => state)),
    records: (_store, tags) => Promise.resolve({ state, records: proofOf(tags) }),
    read: (store, requests: readonly EntryRequest[]) => {
      const found = requests.map(({ key, fields }) =>
        fields.map((field) => entries.get(`${store} ${key}`)?.get(field) ?? null),
      );
      const tags = found.flat().flatMap((stored) => stored?.evidence.tags ?? []);
      return Promise.resolve({
        state,
        entries: found,
        records: proofOf(tags),
        claimed: requests.map(() => true),
      });
    },
    fill: (store, filled: readonly NewEntry[]) => {
      for (const { key, fields, evidence } of filled) {
        const proven = { ...evidence, nonce: '', count: 1, cluster: null };
        const stored = [...fields].map(([name, value]) => [name, { value, evidence: proven }] as const);
        entries.set(`${store} ${key}`, new Map(stored));
      }
      return Promise.resolve(filled.length);
    },
    settle: (store, { tags }: Write) => {
      for (const [key, fields] of entries) {
        const isHit = [...fields.values()].some(({ evidence }) =>
          evidence.tags.some((tag) => tags.includes(tag) || tags.includes('*')),
        );
        if (key.startsWith(`${store} `) && isHit) entries.delete(key);
      }
      return Promise.resolve();
    },
    claim: (_store, keys) => Promise.resolve(keys.map(() => true)),
    abandon: () => Promise.resolve(),
    intend: () => Promise.resolve(),
    doubt: () => Promise.resolve(),
    vouch: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const flush = () => {
    entries.clear();
    return Promise.resolve();
  };
  return {
    backend,
    evictTag: () => Promise.resolve(),
    evictStore: () => Promise.resolve(),
    flush,
    close: () => Promise.resolve(),
  };
}
