/** What every backend keeps: run on each of them (`in-process.test.ts`, `redis/backend.test.ts`). */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CacheBackend, Evidence, NewEntry, StoredField, StoreState } from '../contract.js';
import { fillsKept } from '../limits.js';
import { doubtOf } from '../proof.js';
import { fencesKept } from '../store-record.js';
import type { Harness, OpenHarness } from './harness.js';
import { play, steps } from './model.js';

const store = 'reviews';
const longestIntent = 60_000;
const cluster = '7/1';
const snapshot = '1000:1003:1001';

let harness: Harness;
let backend: CacheBackend;

async function stateOf(name = store): Promise<StoreState> {
  const [state] = await backend.states([name]);
  if (state === undefined) throw new Error('expected a state but got none');
  return state;
}

function entryAt(state: StoreState, key: string, changed: Partial<Evidence> = {}): NewEntry {
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

async function fillNow(key: string, changed: Partial<Evidence> = {}): Promise<NewEntry> {
  const entry = entryAt(await stateOf(), key, changed);
  expect(await backend.fill(store, [entry])).toBe(1);
  return entry;
}

/** Why the field would not be served; null: it would be. */
async function missOf(key: string, field = 'f'): Promise<string | null> {
  const { entries, state, records } = await backend.read(store, [{ key, fields: [field] }], null);
  const stored = entries[0]?.[0] ?? null;
  return stored === null ? 'not there' : doubtOf(stored.evidence, state, records, Date.now());
}

const settle = (tags: string[], xids: string[] = [], of: string | null = cluster) =>
  backend.settle(store, { cluster: of, xids, tags }, null);

export function describeBackend(name: string, open: OpenHarness): void {
  describe(`${name} keeps the contract:`, () => {
    beforeEach(async () => {
      harness = await open({ longestIntent });
      backend = harness.backend;
    });
    afterEach(() => harness.close());
    describe('entries', entries);
    describe('claims', claims);
    describe('logical time', logicalTime);
    describe('clusters', clusters);
    describe('lost records', lostRecords);
    describe('intents', () => {
      intents(open);
    });
    describe('any order of events', model);
  });
}

function entries(): void {
  it('come back by field, each with the evidence that it came with', async () => {
    const first = entryAt(await stateOf(), 'k', { tags: ['t', 'reviews:product_id=é~1'] });
    const long = JSON.stringify({ text: 'näh '.repeat(2000), odd: '\ud83e\uddf5' });
    const incompressible = JSON.stringify(Array.from({ length: 400 }, () => Math.random()));
    const fields = new Map([
      ['name', '"x"'],
      ['reviews(first:5)', long],
      ['#', incompressible],
    ]);
    expect(await backend.fill(store, [{ ...first, fields }])).toBe(1);
    const second = await fillNow('k', { tags: ['u'], snapshot: null, staleUntil: Date.now() + 7_200_000 });
    const wanted = ['name', 'missing', 'f', 'reviews(first:5)', '#'];
    const result = await backend.read(
      store,
      [
        { key: 'k', fields: wanted },
        { key: 'other', fields: ['f'] },
        { key: 'k', fields: [] },
      ],
      null,
    );
    const of = (value: string, { evidence }: NewEntry): StoredField => ({ value, evidence });
    expect(result.entries).toStrictEqual([
      [of('"x"', first), null, of('"k"', second), of(long, first), of(incompressible, first)],
      [null],
      [],
    ]);
    const born = { nonce: first.evidence.nonce, born: 1, xids: [] };
    expect([...result.records].sort()).toStrictEqual([
      ['reviews:product_id=é~1', born],
      ['t', born],
      ['u', born],
    ]);
    expect(result.state).toStrictEqual(await stateOf());
    expect(result.claimed).toStrictEqual([false, false, false]);
  });

  it('of several stores are apart', async () => {
    const [a, b] = await backend.states(['a', 'b']);
    if (a === undefined || b === undefined) return;
    await backend.fill('a', [entryAt(a, 'k')]);
    await backend.settle('b', { cluster, xids: [], tags: ['*', 't'] }, null);
    const { entries: inB } = await backend.read('b', [{ key: 'k', fields: ['f'] }], null);
    const { entries: inA, state } = await backend.read('a', [{ key: 'k', fields: ['f'] }], null);
    expect(inB).toStrictEqual([[null]]);
    expect(inA[0]?.[0]?.value).toBe('"k"');
    expect(state.count).toBe(a.count);
  });

  it('are as many as one asks for', async () => {
    const state = await stateOf();
    const many = Array.from({ length: 700 }, (_, i) => entryAt(state, `k${i}`, { tags: [`t${i}`, 'all'] }));
    expect(await backend.fill(store, many)).toBe(700);
    const requests = many.map(({ key }) => ({ key, fields: ['f'] }));
    const result = await backend.read(store, requests, { id: 'me', milliseconds: 60_000 });
    expect(result.entries.map(([field]) => field?.value)).toStrictEqual(many.map(({ key }) => `"${key}"`));
    expect(result.records.size).toBe(701);
    expect(result.claimed.every((claimed) => !claimed)).toBe(true);
    const wide = new Map(Array.from({ length: 3000 }, (_, i) => [`f${i}`, String(i)]));
    expect(await backend.fill(store, [{ ...entryAt(state, 'wide'), fields: wide }])).toBe(1);
    expect(await missOf('wide', 'f2999')).toBeNull();
  });

  it('are replaced, and do not grow for ever', async () => {
    const state = await stateOf();
    for (let i = 0; i < 3 * fillsKept; i += 1) {
      const entry = entryAt(state, 'k', { fetchedAt: Date.now() + i });
      await backend.fill(store, [{ ...entry, fields: new Map([[`f${i}`, String(i)]]) }]);
    }
    const fields = Array.from({ length: 3 * fillsKept }, (_, i) => `f${i}`);
    const { entries: found } = await backend.read(store, [{ key: 'k', fields }], null);
    const kept = (found[0] ?? []).map((field) => field !== null);
    expect(kept.at(-1)).toBe(true);
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(fillsKept);
  });

  it('are not stored when they are over', async () => {
    const state = await stateOf();
    const now = Date.now();
    expect(
      await backend.fill(store, [entryAt(state, 'k', { expiresAt: now - 1, staleUntil: now - 1 })]),
    ).toBe(0);
    expect(await backend.fill(store, [entryAt(state, 'k', { expiresAt: now - 1 })])).toBe(1);
    expect(await backend.fill(store, [])).toBe(0);
    const none = await backend.read(store, [], null);
    expect(none).toMatchObject({ entries: [], claimed: [] });
  });
}

function claims(): void {
  const asked = [{ key: 'k', fields: ['f'] }];
  const claimedBy = async (id: string) =>
    (await backend.read(store, asked, { id, milliseconds: 60_000 })).claimed[0];

  it('are of one at a time, until filled or abandoned', async () => {
    expect(await claimedBy('one')).toBe(true);
    expect(await claimedBy('two')).toBe(false);
    expect(await claimedBy('one')).toBe(true);
    await backend.abandon(store, ['k'], 'two');
    expect(await claimedBy('two')).toBe(false);
    await backend.abandon(store, ['k', 'k2'], 'one');
    await backend.abandon(store, [], 'one');
    expect(await claimedBy('two')).toBe(true);
    await fillNow('k');
    expect(await claimedBy('one')).toBe(false);
    await settle(['t']);
    expect(await claimedBy('one')).toBe(true);
    expect(await claimedBy('two')).toBe(false);
  });

  it('are taken for what is there and cannot be served', async () => {
    const both = [
      { key: 'k', fields: ['f'] },
      { key: 'l', fields: ['f'] },
    ];
    const claimed = async (id: string) =>
      (await backend.read(store, both, { id, milliseconds: 60_000 })).claimed;
    await fillNow('k', { tags: ['t'] });
    await fillNow('l', { tags: ['u'] });
    expect(await claimed('one')).toStrictEqual([false, false]);
    await settle(['t'], ['1000']);
    expect(await claimed('two')).toStrictEqual([false, false]);
    await settle(['t'], ['1001']);
    expect(await claimed('three')).toStrictEqual([true, false]);
    await harness.evictTag(store, 'u');
    expect(await claimed('four')).toStrictEqual([false, true]);
    const stale = entryAt(await stateOf(), 'm', { expiresAt: Date.now() - 60_000 });
    await backend.fill(store, [stale]);
    const { claimed: refresh } = await backend.read(store, [{ key: 'm', fields: ['f'] }], {
      id: 'five',
      milliseconds: 60_000,
    });
    expect(refresh).toStrictEqual([true]);
  });

  it('run out', async () => {
    await backend.read(store, asked, { id: 'one', milliseconds: 20 });
    await vi.waitFor(async () => {
      expect(await claimedBy('two')).toBe(true);
    });
  });
}

function logicalTime(): void {
  it('stores have records of their own, made where they are missing', async () => {
    const states = await backend.states(['a', 'b', 'a']);
    expect(states[0]).toStrictEqual(states[2]);
    for (const state of states)
      expect(state).toMatchObject({ count: 1, since: 1, cluster: null, isBypassed: false });
    expect(await backend.states(['a', 'b', 'a'])).toStrictEqual(states);
    expect(await backend.states([])).toStrictEqual([]);
  });

  it('a write that the snapshot shows leaves the entry, one that it does not fences it', async () => {
    await fillNow('k');
    await settle(['t'], ['1000']);
    expect(await missOf('k')).toBeNull();
    await settle(['t'], ['999', '1002']);
    expect(await missOf('k')).toBeNull();
    await settle(['t'], ['1001']);
    expect(await missOf('k')).toBe('the tag t was invalidated');
  });

  it('numbers are compared, not texts', async () => {
    await fillNow('k', { snapshot: '1000:1000:' });
    await settle(['t'], ['999']);
    expect(await missOf('k')).toBeNull();
    await fillNow('l', { snapshot: '999:999:', tags: ['u'] });
    await settle(['u'], ['1000']);
    expect(await missOf('l')).toBe('the tag u was invalidated');
  });

  it('without transaction ids, or without a snapshot, whatever was sent before is a miss', async () => {
    await fillNow('k');
    await fillNow('l', { snapshot: null, tags: ['u'] });
    await settle(['t']);
    await settle(['u'], ['5']);
    expect(await missOf('k')).toBe('the tag t was invalidated');
    expect(await missOf('l')).toBe('the tag u was invalidated');
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });

  it('a late fill does not bring back what was fenced meanwhile', async () => {
    await fillNow('other');
    const before = entryAt(await stateOf(), 'k');
    await settle(['t'], ['1001']);
    expect(await backend.fill(store, [before])).toBe(0);
    expect(await missOf('k')).toBe('not there');
    const seesIt = { ...before, evidence: { ...before.evidence, snapshot: '1004:1004:' } };
    expect(await backend.fill(store, [seesIt])).toBe(1);
  });

  it('a tag that had no record when the fetch was sent may have lost a fence: that entry is not stored, the next is', async () => {
    const before = entryAt(await stateOf(), 'k', { snapshot: '9999:9999:' });
    await settle(['something else'], ['5']);
    expect(await backend.fill(store, [before])).toBe(0);
    expect((await backend.records(store, ['t'])).records.get('t')).toMatchObject({ born: 2 });
    expect(await backend.fill(store, [entryAt(await stateOf(), 'k')])).toBe(1);
  });

  it('a missing record needs nothing', async () => {
    await settle(['t'], ['1001']);
    const { state, records } = await backend.records(store, ['t', 'u']);
    expect([...records]).toStrictEqual([
      ['t', null],
      ['u', null],
    ]);
    expect(state.count).toBe(2);
  });

  it('* is everything of the store', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l', { tags: ['u'] });
    await settle(['*', 't'], ['1000']);
    expect(await missOf('k')).toBe('the store was invalidated');
    expect(await backend.fill(store, [before])).toBe(0);
    expect(await stateOf()).toMatchObject({ count: 2, since: 2 });
    expect(await backend.fill(store, [entryAt(await stateOf(), 'l')])).toBe(1);
  });

  it('the last transaction ids are told apart, older ones fold', async () => {
    const entry = await fillNow('k', { snapshot: '2000:2000:' });
    for (let i = 0; i < fencesKept; i += 1) await settle(['t'], [String(1000 + i)]);
    expect(await missOf('k')).toBeNull();
    const { records } = await backend.records(store, ['t']);
    expect(records.get('t')?.xids).toStrictEqual(
      Array.from({ length: fencesKept }, (_, i) => String(1000 + i)),
    );
    await settle(['t'], ['1500']);
    expect(await missOf('k')).toBe('the tag t was invalidated');
    const after = (await backend.records(store, ['t'])).records.get('t');
    expect(after?.born).toBe(entry.evidence.count + 1);
    expect(after?.xids).toStrictEqual(['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1500']);
    const many = Array.from({ length: fencesKept + 3 }, (_, i) => String(3000 + i));
    await settle(['t'], many);
    const { count } = await stateOf();
    expect((await backend.records(store, ['t'])).records.get('t')).toMatchObject({ born: count, xids: [] });
  });

  it('a write may be settled again', async () => {
    await fillNow('k', { snapshot: '2000:2000:' });
    for (let i = 0; i < 2 * fencesKept; i += 1) await settle(['t'], ['1000', '1000']);
    expect(await missOf('k')).toBeNull();
    expect((await backend.records(store, ['t'])).records.get('t')?.xids).toStrictEqual(['1000']);
    expect((await stateOf()).count).toBe(1 + 2 * fencesKept);
  });
}

function clusters(): void {
  it('become known by what is stored or settled', async () => {
    await settle(['x'], [], null);
    expect((await stateOf()).cluster).toBeNull();
    await fillNow('k');
    expect((await stateOf()).cluster).toBe(cluster);
    await backend.settle('other', { cluster: '8/1', xids: ['1'], tags: [] }, null);
    expect(await stateOf('other')).toMatchObject({ cluster: '8/1', since: 1, count: 2 });
  });

  it('another one makes everything before it a miss', async () => {
    await fillNow('k');
    await settle(['u'], ['1000'], '9/1');
    expect(await missOf('k')).toBe('the store was invalidated');
    expect(await stateOf()).toMatchObject({ cluster: '9/1', since: 2, count: 2 });
    expect(await backend.fill(store, [entryAt(await stateOf(), 'k')])).toBe(0);
    await fillNow('k', { cluster: '9/1' });
    expect(await missOf('k')).toBeNull();
  });

  it('transaction ids of the one before are no fences of the next', async () => {
    await fillNow('k');
    await settle(['t'], ['5000']);
    await settle(['u'], ['7'], '9/1');
    expect((await backend.records(store, ['t'])).records.get('t')?.xids).toStrictEqual([]);
    await fillNow('k', { cluster: '9/1', snapshot: '10:10:' });
    expect(await missOf('k')).toBeNull();
  });

  it('a later timeline of the same system takes over, an earlier one does not', async () => {
    await fillNow('k');
    const promoted = entryAt(await stateOf(), 'k', { cluster: '7/2' });
    expect(await backend.fill(store, [promoted])).toBe(0);
    expect(await stateOf()).toMatchObject({ cluster: '7/2', since: 2, count: 2 });
    expect(await missOf('k')).toBe('the store was invalidated');
    await fillNow('k', { cluster: '7/2' });
    expect(await backend.fill(store, [entryAt(await stateOf(), 'l', { cluster: '7/1' })])).toBe(0);
    expect(await missOf('k')).toBeNull();
    await settle(['u'], ['1'], '7/1');
    expect(await stateOf()).toMatchObject({ cluster: '7/2', since: 3, count: 3 });
    expect(await missOf('k')).toBe('the store was invalidated');
  });

  it('a write of no known cluster folds', async () => {
    await fillNow('k');
    await settle(['t'], ['1000'], null);
    expect(await missOf('k')).toBe('the tag t was invalidated');
    expect((await stateOf()).cluster).toBe(cluster);
  });

  it('an entry of no known cluster is not stored beside one', async () => {
    await fillNow('k');
    expect(await backend.fill(store, [entryAt(await stateOf(), 'l', { cluster: null })])).toBe(0);
  });
}

function lostRecords(): void {
  it('of a tag: its entries are misses, and so is what was on its way', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l');
    await settle(['t'], ['1001']);
    await harness.evictTag(store, 't');
    expect(await missOf('k')).toBe('the tag t was lost');
    expect(await backend.fill(store, [before])).toBe(0);
    expect(await missOf('k')).toBe('the tag t was invalidated');
    await fillNow('l');
    expect(await missOf('l')).toBeNull();
  });

  it('of a store: everything is a miss, and what was on its way', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l');
    await settle(['t'], ['1001']);
    await harness.evictStore(store);
    expect(await missOf('k')).toBe('the store was lost');
    expect(await backend.fill(store, [before])).toBe(0);
    const state = await stateOf();
    expect(state.nonce).not.toBe(before.evidence.nonce);
    expect(state.count).toBe(1);
    // The record of the tag that is left is of the former nonce.
    await fillNow('l');
    expect(await missOf('l')).toBeNull();
  });

  it('all of them', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l');
    await harness.flush();
    expect(await missOf('k')).toBe('not there');
    expect(await backend.fill(store, [before])).toBe(0);
    await settle(['t'], ['1000']);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });
}

function intents(open: OpenHarness): void {
  const later = { suspect: 60_000, over: 60_000 };
  const overSoon = async () => {
    await vi.waitFor(async () => {
      expect(await stateOf()).toMatchObject({ isBypassed: false, since: 2, count: 2 });
    });
  };

  it('once suspect, bypass the store until they are settled', async () => {
    await fillNow('k');
    const before = await stateOf();
    await backend.intend(store, 'i', { suspect: 0, over: 60_000 });
    await backend.intend(store, 'j', later);
    expect(await stateOf()).toStrictEqual({ ...before, isBypassed: true });
    expect(await missOf('k')).toBe('the outcome of a write is unknown');
    expect(await backend.fill(store, [entryAt(before, 'l')])).toBe(0);
    const { claimed } = await backend.read(store, [{ key: 'l', fields: ['f'] }], {
      id: 'me',
      milliseconds: 60_000,
    });
    expect(claimed).toStrictEqual([true]);
    await backend.settle(store, { cluster, xids: ['1000'], tags: ['t'] }, 'i');
    expect(await stateOf()).toMatchObject({ isBypassed: false, count: 2, since: 1 });
    expect(await missOf('k')).toBeNull();
  });

  it('not yet suspect, leave the store as it is', async () => {
    await backend.intend(store, 'i', later);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });

  it('once over, make everything before a miss', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l');
    await backend.intend(store, 'i', { suspect: 0, over: 30 });
    await overSoon();
    expect(await missOf('k')).toBe('the store was invalidated');
    expect(await backend.fill(store, [before])).toBe(0);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });

  it('in doubt, bypass the store at once and until they are over', async () => {
    await backend.intend(store, 'i', { suspect: 60_000, over: 150 });
    expect((await stateOf()).isBypassed).toBe(false);
    await backend.doubt(store, 'i');
    expect((await stateOf()).isBypassed).toBe(true);
    await overSoon();
  });

  it('can be moved', async () => {
    await backend.intend(store, 'i', later);
    await backend.intend(store, 'i', { suspect: 0, over: 60_000 });
    expect((await stateOf()).isBypassed).toBe(true);
    await backend.intend(store, 'i', { suspect: 0, over: 1 });
    await overSoon();
  });

  it('that were lost with the record, and are in doubt, bypass for as long as any may take', async () => {
    await backend.intend(store, 'i', later);
    await harness.flush();
    expect((await stateOf()).isBypassed).toBe(false);
    await backend.doubt(store, 'i');
    expect((await stateOf()).isBypassed).toBe(true);
    await backend.settle(store, { cluster, xids: [], tags: [] }, 'i');
    expect((await stateOf()).isBypassed).toBe(false);
  });

  it('that were lost with the record are over when any is: what was fetched meanwhile is a miss then', async () => {
    await harness.close();
    harness = await open({ longestIntent: 50 });
    backend = harness.backend;
    const before = entryAt(await stateOf(), 'k');
    await overSoon();
    expect(await backend.fill(store, [before])).toBe(0);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });
}

function model(): void {
  it('never serves what predates a settled write', async () => {
    let served = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        await harness.flush();
        const tally = await play(harness, script);
        expect(tally.wrong).toStrictEqual([]);
        served += tally.served;
      }),
      { numRuns: 300 },
    );
    expect(served).toBeGreaterThan(300);
  });
}
