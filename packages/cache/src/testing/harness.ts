import type { CacheBackend } from '../contract.js';

/** A backend under test, and what may befall what it keeps. */
export interface Harness {
  readonly backend: CacheBackend;
  /** Loses the record of a tag alone. */
  evictTag(store: string, tag: string): Promise<void>;
  /** Loses the record of a store alone. */
  evictStore(store: string): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** `longestIntent`: milliseconds. */
export type OpenHarness = (options: { readonly longestIntent: number }) => Promise<Harness>;
