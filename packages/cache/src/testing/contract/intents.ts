/** Writes that are under way, and those of which nobody knows what became of them. */
import type { OpenHarness } from '../harness.js';
import { expect, it, vi } from 'vitest';
import {
  backend,
  cluster,
  entryAt,
  fillNow,
  harness,
  missOf,
  openHarness,
  stateOf,
  store,
} from './context.js';

const later = { suspect: 60_000, over: 60_000 };

async function overSoon(): Promise<void> {
  await vi.waitFor(async () => {
    expect(await stateOf()).toMatchObject({ isBypassed: false, since: 2, count: 2 });
  });
}

export function intents(): void {
  it('once suspect, bypass the store until they are settled', async () => {
    await fillNow('k');
    const before = await stateOf();
    await backend().intend(store, 'i', { suspect: 0, over: 60_000 });
    await backend().intend(store, 'j', later);
    expect(await stateOf()).toStrictEqual({ ...before, isBypassed: true });
    expect(await missOf('k')).toBe('the outcome of a write is unknown');
    expect(await backend().fill(store, [entryAt(before, 'l')])).toBe(0);
    const { claimed } = await backend().read(store, [{ key: 'l', fields: ['f'] }], {
      id: 'me',
      milliseconds: 60_000,
    });
    expect(claimed).toStrictEqual([true]);
    await backend().settle(store, { cluster, xids: ['1000'], tags: ['t'] }, 'i');
    expect(await stateOf()).toMatchObject({ isBypassed: false, count: 2, since: 1 });
    expect(await missOf('k')).toBeNull();
  });

  it('of a mutation that wrote nothing leave the count as it is', async () => {
    await fillNow('k');
    const before = await stateOf();
    await backend().intend(store, 'i', { suspect: 0, over: 60_000 });
    await backend().settle(store, { cluster, xids: [], tags: [] }, 'i');
    expect(await stateOf()).toStrictEqual(before);
    await backend().settle(store, { cluster: null, xids: [], tags: [] }, 'never there');
    expect(await stateOf()).toStrictEqual(before);
  });

  it('not yet suspect, leave the store as it is', async () => {
    await backend().intend(store, 'i', later);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });

  it('once over, make everything before a miss', async () => {
    await fillNow('k');
    const before = entryAt(await stateOf(), 'l');
    await backend().intend(store, 'i', { suspect: 0, over: 30 });
    await overSoon();
    expect(await missOf('k')).toBe('the store was invalidated');
    expect(await backend().fill(store, [before])).toBe(0);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });

  it('in doubt, bypass the store at once and until they are over', async () => {
    await backend().intend(store, 'i', { suspect: 60_000, over: 150 });
    expect((await stateOf()).isBypassed).toBe(false);
    await backend().doubt(store, 'i');
    expect((await stateOf()).isBypassed).toBe(true);
    await overSoon();
  });

  it('can be moved', async () => {
    await backend().intend(store, 'i', later);
    await backend().intend(store, 'i', { suspect: 0, over: 60_000 });
    expect((await stateOf()).isBypassed).toBe(true);
    await backend().intend(store, 'i', { suspect: 0, over: 1 });
    await overSoon();
  });
}

export function lostIntents(open: OpenHarness): void {
  it('that were lost with the record, and are in doubt, bypass for as long as any may take', async () => {
    await backend().intend(store, 'i', later);
    await harness().flush();
    expect((await stateOf()).isBypassed).toBe(false);
    await backend().doubt(store, 'i');
    expect((await stateOf()).isBypassed).toBe(true);
    await backend().settle(store, { cluster, xids: [], tags: [] }, 'i');
    expect((await stateOf()).isBypassed).toBe(false);
  });

  it('that were lost with the record are over when any is: what was fetched meanwhile is a miss then', async () => {
    await openHarness(open, 50);
    const before = entryAt(await stateOf(), 'k');
    await overSoon();
    expect(await backend().fill(store, [before])).toBe(0);
    await fillNow('k');
    expect(await missOf('k')).toBeNull();
  });
}
