/** Transaction ids mean something within one cluster of PostgreSQL only. */
import { expect, it } from 'vitest';
import { backend, cluster, entryAt, fillNow, missOf, settle, stateOf, store } from './context.js';

export function clusters(): void {
  it('become known by what is stored or settled', async () => {
    await settle(['x'], [], null);
    expect((await stateOf()).cluster).toBeNull();
    await fillNow('k');
    expect((await stateOf()).cluster).toBe(cluster);
    await backend().settle('other', { cluster: '8/1', xids: ['1'], tags: ['t'] }, null);
    expect(await stateOf('other')).toMatchObject({ cluster: '8/1', since: 1, count: 2 });
    await backend().settle('third', { cluster: '8/1', xids: [], tags: [] }, null);
    expect(await stateOf('third')).toMatchObject({ cluster: '8/1', since: 1, count: 1 });
  });

  it('another one makes everything before it a miss', async () => {
    await fillNow('k');
    await settle(['u'], ['1000'], '9/1');
    expect(await missOf('k')).toBe('the store was invalidated');
    expect(await stateOf()).toMatchObject({ cluster: '9/1', since: 2, count: 2 });
    expect(await backend().fill(store, [entryAt(await stateOf(), 'k')])).toBe(0);
    await fillNow('k', { cluster: '9/1' });
    expect(await missOf('k')).toBeNull();
    await settle([], [], '10/1');
    expect(await stateOf()).toMatchObject({ cluster: '10/1', since: 3, count: 3 });
  });

  it('transaction ids of the one before are no fences of the next', async () => {
    await fillNow('k');
    await settle(['t'], ['5000']);
    await settle(['u'], ['7'], '9/1');
    expect((await backend().records(store, ['t'])).records.get('t')?.xids).toStrictEqual([]);
    await fillNow('k', { cluster: '9/1', snapshot: '10:10:' });
    expect(await missOf('k')).toBeNull();
  });

  it('a later timeline of the same system takes over, an earlier one does not', async () => {
    await fillNow('k');
    const promoted = entryAt(await stateOf(), 'k', { cluster: '7/2' });
    expect(await backend().fill(store, [promoted])).toBe(0);
    expect(await stateOf()).toMatchObject({ cluster: '7/2', since: 2, count: 2 });
    expect(await missOf('k')).toBe('the store was invalidated');
    await fillNow('k', { cluster: '7/2' });
    expect(await backend().fill(store, [entryAt(await stateOf(), 'l', { cluster: '7/1' })])).toBe(0);
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
    expect(await backend().fill(store, [entryAt(await stateOf(), 'l', { cluster: null })])).toBe(0);
  });
}
