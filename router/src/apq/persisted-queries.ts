/**
 * Where automatic persisted queries are kept: in this process, and in Redis as well where one is configured, so that
 * routers share them. Redis is an extra: while it is away, slow or broken, the router is only less well informed, and a
 * client that hears PERSISTED_QUERY_NOT_FOUND sends the text.
 */
import { createHash } from 'node:crypto';
import type { KeyValueCache } from '@apollo/utils.keyvaluecache';
import { LRUCache } from 'lru-cache';

export interface PersistedQueryStore extends KeyValueCache {
  /** @returns the text of a hash that this process has at hand; it asks nobody, and so does not wait */
  textOf(sha256Hash: string): string | undefined;
  close(): Promise<void>;
}

/** The other, shared store. Both calls may fail or hang no longer than their own time limit. */
export interface SharedStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The text of an operation, for whoever can execute it without @apollo/server.
 *
 * @param parameters well-formed ones: a hash beside a text is the text's
 * @param store `null` where persisted queries are off
 * @returns `null` where @apollo/server has to answer: the hash is new here, or its text is not registered yet
 */
export function knownText(
  parameters: { readonly query: string | undefined; readonly sha256Hash: string | null },
  store: PersistedQueryStore | null,
): string | null {
  const { query, sha256Hash } = parameters;
  if (sha256Hash === null) return query ?? null;
  const known = store?.textOf(sha256Hash);
  return known !== undefined && (query === undefined || query === known) ? known : null;
}

/** @param limit how many queries the process keeps */
export function persistedQueryStore(limit: number, shared: SharedStore | null): PersistedQueryStore {
  const local = new LRUCache<string, string>({ max: limit });
  return {
    textOf: (sha256Hash) => local.get(keyPrefix + sha256Hash),
    async get(key) {
      const known = local.get(key);
      if (known !== undefined || shared === null) return known;
      const found = await shared.get(key).catch(() => null);
      // Whoever can write to Redis could otherwise give the hash of one query the text of another.
      if (found === null || !isTextOf(key, found)) return undefined;
      local.set(key, found);
      return found;
    },
    async set(key, value) {
      local.set(key, value);
      await shared?.set(key, value).catch(() => undefined);
    },
    delete(key) {
      return Promise.resolve(local.delete(key));
    },
    close: () => shared?.close() ?? Promise.resolve(),
  };
}

/** What @apollo/server puts before each hash. */
const keyPrefix = 'apq:';

/** @param key ends in the SHA-256 of the text; @apollo/server puts a prefix before it */
function isTextOf(key: string, text: string): boolean {
  return key.endsWith(createHash('sha256').update(text).digest('hex'));
}
