/** What is stored comes back, and stays within bounds. */
import type { NewEntry, StoredField } from '../../contract.js';
import { fieldName, valuesOf } from '../../field-name.js';
import { fillsKept } from '../../limits.js';
import { expect, it } from 'vitest';
import { backend, cluster, entryAt, fillNow, missOf, settle, stateOf, store } from './context.js';

export function entries(): void {
  it('come back by field, each with the evidence that it came with', async () => {
    const first = entryAt(await stateOf(), 'k', { tags: ['t', 'reviews:product_id=é~1'] });
    const long = JSON.stringify({ text: 'näh '.repeat(2000), odd: '\ud83e\uddf5' });
    const incompressible = JSON.stringify(Array.from({ length: 400 }, () => Math.random()));
    const fields = new Map([
      ['name', '"x"'],
      ['reviews(first:5)', long],
      ['#', incompressible],
    ]);
    expect(await backend().fill(store, [{ ...first, fields }])).toBe(1);
    await settle(['other']);
    const second = await fillNow('k', { tags: ['u'], snapshot: null, staleUntil: Date.now() + 7_200_000 });
    const wanted = ['name', 'missing', 'f', 'reviews(first:5)', '#'];
    const result = await backend().read(
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
    expect([...result.records].filter(([tag]) => tag !== 'u').sort()).toStrictEqual([
      ['reviews:product_id=é~1', born],
      ['t', born],
    ]);
    expect(result.state).toStrictEqual(await stateOf());
    expect(result.claimed).toStrictEqual([null, false, null]);
  });

  it('of several stores are apart', async () => {
    const [a, b] = await backend().states(['a', 'b']);
    if (a === undefined || b === undefined) return;
    await backend().fill('a', [entryAt(a, 'k')]);
    await backend().settle('b', { cluster, xids: [], tags: ['*', 't'] }, null);
    const { entries: inB } = await backend().read('b', [{ key: 'k', fields: ['f'] }], null);
    const { entries: inA, state } = await backend().read('a', [{ key: 'k', fields: ['f'] }], null);
    expect(inB).toStrictEqual([[null]]);
    expect(inA[0]?.[0]?.value).toBe('"k"');
    expect(state.count).toBe(a.count);
  });

  it('are as many as one asks for', async () => {
    const state = await stateOf();
    const many = Array.from({ length: 700 }, (_, i) => entryAt(state, `k${i}`, { tags: [`t${i}`, 'all'] }));
    expect(await backend().fill(store, many)).toBe(700);
    await settle(['other']);
    const requests = many.map(({ key }) => ({ key, fields: ['f'] }));
    const result = await backend().read(store, requests, { id: 'me', milliseconds: 60_000 });
    expect(result.entries.map(([field]) => field?.value)).toStrictEqual(many.map(({ key }) => `"${key}"`));
    expect(result.records.size).toBe(701);
    expect(result.claimed.every((claimed) => claimed === null)).toBe(true);
    const wide = new Map(Array.from({ length: 3000 }, (_, i) => [`f${i}`, String(i)]));
    expect(await backend().fill(store, [{ ...entryAt(await stateOf(), 'wide'), fields: wide }])).toBe(1);
    expect(await missOf('wide', 'f2999')).toBeNull();
  });
}

export function boundsOfEntries(): void {
  it('have a value for each selection below a field, and name others beside the one that is wanted', async () => {
    const state = await stateOf();
    const now = Date.now();
    const names = ['a', 'b', 'c', 'b'].map((selection) => fieldName('reviews(first:1)', selection));
    for (const [index, name] of [...names, fieldName('reviews', 'a'), 'reviews(first:1)x'].entries()) {
      const entry = entryAt(state, 'k', { fetchedAt: now + index });
      await backend().fill(store, [{ ...entry, fields: new Map([[name, String(index)]]) }]);
    }
    const wanted = ['a', 'b', 'c', 'd'].map((selection) => fieldName('reviews(first:1)', selection));
    const { entries: found } = await backend().read(store, [{ key: 'k', fields: wanted }], null);
    const valuesFound = (found[0] ?? []).map((field) => valuesOf(field).map(({ value }) => value));
    // Newest first, after its own; what is older than its own need not be known.
    expect(valuesFound).toStrictEqual([['0', '3', '2'], ['3'], ['2', '3'], ['3', '2', '0']]);
  });

  it('are replaced, and do not grow for ever', async () => {
    const state = await stateOf();
    for (let i = 0; i < 3 * fillsKept; i += 1) {
      const entry = entryAt(state, 'k', { fetchedAt: Date.now() + i });
      await backend().fill(store, [{ ...entry, fields: new Map([[`f${i}`, String(i)]]) }]);
    }
    const fields = Array.from({ length: 3 * fillsKept }, (_, i) => `f${i}`);
    const { entries: found } = await backend().read(store, [{ key: 'k', fields }], null);
    const kept = (found[0] ?? []).map((field) => field !== null);
    expect(kept.at(-1)).toBe(true);
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(fillsKept);
  });

  it('are not stored when they are over', async () => {
    const state = await stateOf();
    const now = Date.now();
    expect(
      await backend().fill(store, [entryAt(state, 'k', { expiresAt: now - 1, staleUntil: now - 1 })]),
    ).toBe(0);
    expect(await backend().fill(store, [entryAt(state, 'k', { expiresAt: now - 1 })])).toBe(1);
    expect(await backend().fill(store, [])).toBe(0);
    const none = await backend().read(store, [], null);
    expect(none).toMatchObject({ entries: [], claimed: [] });
  });
}
