/** Stores that somebody vouches for, who tells of the writes that no router hears of. */
import { expect, it, vi } from 'vitest';
import { backend, cluster, entryAt, fillNow, missOf, stateOf, store } from './context.js';

export function vouching(): void {
  it('is needed of no store that nobody ever vouched for', async () => {
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });

  it('keeps a store from being bypassed, and changes nothing else', async () => {
    const before = await stateOf();
    await backend().vouch(store, 60_000);
    expect(await stateOf()).toStrictEqual(before);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });

  it('once over, bypasses the store until it is done again', async () => {
    await fillNow('k');
    const before = await stateOf();
    await backend().vouch(store, 1);
    await vi.waitFor(async () => {
      expect(await stateOf()).toStrictEqual({ ...before, isBypassed: true });
    });
    expect(await backend().fill(store, [entryAt(before, 'l')])).toBe(0);
    await backend().settle(store, { cluster, xids: ['1000'], tags: ['other'] }, null);
    expect(await stateOf()).toMatchObject({ isBypassed: true });
    await backend().vouch(store, 60_000);
    expect(await missOf('k')).toBeNull();
  });

  it('bypasses no other store', async () => {
    await stateOf();
    await backend().vouch(store, 0);
    expect(await stateOf('products')).toMatchObject({ isBypassed: false });
  });
}
