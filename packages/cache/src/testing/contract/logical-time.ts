/** Which writes an entry survives. */
import { fencesKept } from '../../store-record.js';
import { expect, it } from 'vitest';
import { backend, entryAt, fillNow, missOf, settle, stateOf, store } from './context.js';

export function logicalTime(): void {
  it('stores have records of their own, made where they are missing', async () => {
    const states = await backend().states(['a', 'b', 'a']);
    expect(states[0]).toStrictEqual(states[2]);
    for (const state of states)
      expect(state).toMatchObject({ count: 1, since: 1, cluster: null, isBypassed: false });
    expect(await backend().states(['a', 'b', 'a'])).toStrictEqual(states);
    expect(await backend().states([])).toStrictEqual([]);
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
}

export function whatIsOnItsWay(): void {
  it('a late fill does not bring back what was fenced meanwhile', async () => {
    await fillNow('other');
    const before = entryAt(await stateOf(), 'k');
    await settle(['t'], ['1001']);
    expect(await backend().fill(store, [before])).toBe(0);
    expect(await missOf('k')).toBe('not there');
    const seesIt = { ...before, evidence: { ...before.evidence, snapshot: '1004:1004:' } };
    expect(await backend().fill(store, [seesIt])).toBe(1);
  });

  it('a tag that had no record when the fetch was sent may have lost a fence: that entry is not stored, the next is', async () => {
    const before = entryAt(await stateOf(), 'k', { snapshot: '9999:9999:' });
    await settle(['something else'], ['5']);
    expect(await backend().fill(store, [before])).toBe(0);
    expect((await backend().records(store, ['t'])).records.get('t')).toMatchObject({ born: 2 });
    expect(await backend().fill(store, [entryAt(await stateOf(), 'k')])).toBe(1);
  });

  it('a missing record needs nothing', async () => {
    await settle(['t'], ['1001']);
    const { state, records } = await backend().records(store, ['t', 'u']);
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
    expect(await backend().fill(store, [before])).toBe(0);
    expect(await stateOf()).toMatchObject({ count: 2, since: 2 });
    expect(await backend().fill(store, [entryAt(await stateOf(), 'l')])).toBe(1);
  });
}

export function fences(): void {
  it('the last transaction ids are told apart, older ones fold', async () => {
    const entry = await fillNow('k', { snapshot: '2000:2000:' });
    for (let i = 0; i < fencesKept; i += 1) await settle(['t'], [String(1000 + i)]);
    expect(await missOf('k')).toBeNull();
    const { records } = await backend().records(store, ['t']);
    expect(records.get('t')?.xids).toStrictEqual(
      Array.from({ length: fencesKept }, (_, i) => String(1000 + i)),
    );
    await settle(['t'], ['1500']);
    expect(await missOf('k')).toBe('the tag t was invalidated');
    const after = (await backend().records(store, ['t'])).records.get('t');
    expect(after?.born).toBe(entry.evidence.count + 1);
    expect(after?.xids).toStrictEqual(['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1500']);
    const many = Array.from({ length: fencesKept + 3 }, (_, i) => String(3000 + i));
    await settle(['t'], many);
    const { count } = await stateOf();
    expect((await backend().records(store, ['t'])).records.get('t')).toMatchObject({ born: count, xids: [] });
  });

  it('a write may be settled again', async () => {
    await fillNow('k', { snapshot: '2000:2000:' });
    for (let i = 0; i < 2 * fencesKept; i += 1) await settle(['t'], ['1000', '1000']);
    expect(await missOf('k')).toBeNull();
    expect((await backend().records(store, ['t'])).records.get('t')?.xids).toStrictEqual(['1000']);
    expect((await stateOf()).count).toBe(1 + 2 * fencesKept);
  });
}
