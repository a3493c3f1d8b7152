/** Absence proves nothing. */
import { expect, it } from 'vitest';
import { backend, entryAt, fillNow, harness, missOf, settle, stateOf, store } from './context.js';

export function lostRecords(): void {
  it('of a tag: its entries are misses, and so is what was on its way', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l');
    await settle(['t'], ['1001']);
    await harness().evictTag(store, 't');
    expect(await missOf('k')).toBe('the tag t was lost');
    expect(await backend().fill(store, [before])).toBe(0);
    expect(await missOf('k')).toBe('the tag t was invalidated');
    await fillNow('l');
    expect(await missOf('l')).toBeNull();
  });

  it('of a store: everything is a miss, and what was on its way', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l');
    await settle(['t'], ['1001']);
    await harness().evictStore(store);
    expect(await missOf('k')).toBe('the store was lost');
    expect(await backend().fill(store, [before])).toBe(0);
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
    await harness().flush();
    expect(await missOf('k')).toBe('not there');
    expect(await backend().fill(store, [before])).toBe(0);
    await settle(['t'], ['1000']);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });
}
