/** Who fills what is not there. */
import { expect, it, vi } from 'vitest';
import { backend, entryAt, fillNow, harness, settle, stateOf, store } from './context.js';

export function claims(): void {
  const asked = [{ key: 'k', fields: ['f'] }];
  const claimedBy = async (id: string) =>
    (await backend().read(store, asked, { id, milliseconds: 60_000 })).claimed[0];

  it('are of one at a time, until filled or abandoned', async () => {
    expect(await claimedBy('one')).toBe(true);
    expect(await claimedBy('two')).toBe(false);
    expect(await claimedBy('one')).toBe(true);
    await backend().abandon(store, ['k'], 'two');
    expect(await claimedBy('two')).toBe(false);
    await backend().abandon(store, ['k', 'k2'], 'one');
    await backend().abandon(store, [], 'one');
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
      (await backend().read(store, both, { id, milliseconds: 60_000 })).claimed;
    await fillNow('k', { tags: ['t'] });
    await fillNow('l', { tags: ['u'] });
    expect(await claimed('one')).toStrictEqual([false, false]);
    await settle(['t'], ['1000']);
    expect(await claimed('two')).toStrictEqual([false, false]);
    await settle(['t'], ['1001']);
    expect(await claimed('three')).toStrictEqual([true, false]);
    await harness().evictTag(store, 'u');
    expect(await claimed('four')).toStrictEqual([false, true]);
    const stale = entryAt(await stateOf(), 'm', { expiresAt: Date.now() - 60_000 });
    await backend().fill(store, [stale]);
    const { claimed: refresh } = await backend().read(store, [{ key: 'm', fields: ['f'] }], {
      id: 'five',
      milliseconds: 60_000,
    });
    expect(refresh).toStrictEqual([true]);
  });

  it('run out', async () => {
    await backend().read(store, asked, { id: 'one', milliseconds: 20 });
    await vi.waitFor(async () => {
      expect(await claimedBy('two')).toBe(true);
    });
  });
}
