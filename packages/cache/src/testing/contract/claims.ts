/** Who fills what is not there. */
import { expect, it, vi } from 'vitest';
import { backend, fillNow, store } from './context.js';

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
    expect(await claimedBy('one')).toBeNull();
    expect((await backend().read(store, [{ key: 'l', fields: ['f'] }], null)).claimed).toStrictEqual([false]);
  });

  it('are asked for where what is there is not enough', async () => {
    await fillNow('k');
    await fillNow('l');
    const claim = (id: string, keys = ['k', 'l']) =>
      backend().claim(store, keys, { id, milliseconds: 60_000 });
    expect(await claim('one', ['l'])).toStrictEqual([true]);
    expect(await claim('two')).toStrictEqual([true, false]);
    expect(await claim('two', [])).toStrictEqual([]);
    await fillNow('l');
    expect(await claim('two')).toStrictEqual([true, true]);
    await backend().abandon(store, ['k', 'l'], 'two');
    expect(await claim('one')).toStrictEqual([true, true]);
  });

  it('run out', async () => {
    await backend().read(store, asked, { id: 'one', milliseconds: 20 });
    await vi.waitFor(async () => {
      expect(await claimedBy('two')).toBe(true);
    });
  });
}
