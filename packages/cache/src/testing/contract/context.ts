/** What the parts of the contract suite have in common. */
import { expect } from 'vitest';
import type { CacheBackend, Evidence, NewEntry, StoreState } from '../../contract.js';
import { doubtOf } from '../../proof.js';
import type { Harness, OpenHarness } from '../harness.js';

export const store = 'reviews';
export const cluster = '7/1';
const snapshot = '1000:1003:1001';

let current: Harness | undefined;

/** Opens one for the test at hand; that before it is closed. */
export async function openHarness(open: OpenHarness, longestIntent: number): Promise<void> {
  await closeHarness();
  current = await open({ longestIntent });
}

export async function closeHarness(): Promise<void> {
  await current?.close();
  current = undefined;
}

export function harness(): Harness {
  if (current === undefined) throw new Error('expected a harness but got none');
  return current;
}

export function backend(): CacheBackend {
  return harness().backend;
}

export async function stateOf(name = store): Promise<StoreState> {
  const [state] = await backend().states([name]);
  if (state === undefined) throw new Error('expected a state but got none');
  return state;
}

export function entryAt(state: StoreState, key: string, changed: Partial<Evidence> = {}): NewEntry {
  const now = Date.now();
  const evidence: Evidence = {
    nonce: state.nonce,
    count: state.count,
    cluster,
    snapshot,
    tags: ['t'],
    fetchedAt: now,
    expiresAt: now + 3_600_000,
    staleUntil: now + 3_600_000,
    ...changed,
  };
  return { key, fields: new Map([['f', `"${key}"`]]), evidence };
}

export async function fillNow(key: string, changed: Partial<Evidence> = {}): Promise<NewEntry> {
  const entry = entryAt(await stateOf(), key, changed);
  expect(await backend().fill(store, [entry])).toBe(1);
  return entry;
}

/** Why the field would not be served; null: it would be. */
export async function missOf(key: string, field = 'f'): Promise<string | null> {
  const { entries, state, records } = await backend().read(store, [{ key, fields: [field] }], null);
  const stored = entries[0]?.[0] ?? null;
  return stored === null ? 'not there' : doubtOf(stored.evidence, state, records, Date.now());
}

export const settle = (tags: string[], xids: string[] = [], of: string | null = cluster) =>
  backend().settle(store, { cluster: of, xids, tags }, null);
