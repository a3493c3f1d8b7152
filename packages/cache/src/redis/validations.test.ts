import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CacheUnavailable } from '../contract.js';
import { Validations } from './validations.js';

interface Sent {
  readonly stores: readonly string[];
  readonly answer: (count: number) => Promise<void>;
  readonly fail: () => Promise<void>;
}

/** What is sent is answered when the test says so. */
function asking({ isClustered = false } = {}) {
  const sent: Sent[] = [];
  const run = (_script: unknown, stores: readonly string[]) =>
    new Promise<unknown>((resolve, reject) => {
      const then = async (settle: () => void) => {
        settle();
        await nextTick();
        await nextTick();
      };
      sent.push({
        stores,
        answer: (count) =>
          then(() => {
            resolve(stores.map(() => ['nonce', count, 1, '', 0, []]));
          }),
        fail: () =>
          then(() => {
            reject(new CacheUnavailable('away'));
          }),
      });
    });
  const validations = new Validations(
    { isClustered, run },
    (store) => store,
    () => [],
  );
  const countOf = async (store: string) => (await validations.ask(store, [])).state.count;
  return { sent, countOf };
}

describe('Validations', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('send one command for all who come while another is on its way', async () => {
    const { sent, countOf } = asking();
    const first = countOf('a');
    await nextTick();
    const second = countOf('a');
    await nextTick();
    const third = Promise.all([countOf('a'), countOf('b')]);
    await nextTick();
    expect(sent.map(({ stores }) => stores)).toStrictEqual([['a']]);
    await sent[0]?.answer(1);
    expect(await first).toBe(1);
    expect(sent.map(({ stores }) => stores)).toStrictEqual([['a'], ['a', 'b']]);
    await sent[1]?.answer(2);
    expect(await Promise.all([second, third])).toStrictEqual([2, [2, 2]]);
    const last = countOf('b');
    await nextTick();
    expect(sent.length).toBe(3);
    await sent[2]?.answer(3);
    expect(await last).toBe(3);
  });

  it('never give what was sent before they were asked', async () => {
    const { sent, countOf } = asking();
    const before = countOf('a');
    await nextTick();
    // A write is acknowledged here, which the command under way has not seen.
    const after = countOf('a');
    await sent[0]?.answer(1);
    await sent[1]?.answer(2);
    expect(await Promise.all([before, after])).toStrictEqual([1, 2]);
  });

  it('go on after a failure, which is that of those alone who were sent for', async () => {
    const { sent, countOf } = asking();
    const before = expect(countOf('a')).rejects.toThrow('away');
    await nextTick();
    const after = countOf('a');
    await sent[0]?.fail();
    await before;
    await sent[1]?.answer(2);
    expect(await after).toBe(2);
  });

  it('are not held up by a command that is stuck', async () => {
    const { sent, countOf } = asking();
    const stuck = countOf('a');
    await nextTick();
    const after = countOf('a');
    vi.runAllTimers();
    await nextTick();
    await nextTick();
    expect(sent.length).toBe(2);
    const last = countOf('a');
    await sent[1]?.answer(2);
    expect(await after).toBe(2);
    await sent[2]?.answer(3);
    expect(await last).toBe(3);
    // Late: nobody else gets it, and nothing else is let go by it.
    await sent[0]?.answer(1);
    expect(await stuck).toBe(1);
    expect(sent.length).toBe(3);
  });

  it('of stores of a Cluster do not wait for each other', async () => {
    const { sent, countOf } = asking({ isClustered: true });
    const first = countOf('a');
    await nextTick();
    const other = countOf('b');
    await nextTick();
    expect(sent.map(({ stores }) => stores)).toStrictEqual([['a'], ['b']]);
    await sent[1]?.answer(2);
    expect(await other).toBe(2);
    await sent[0]?.answer(1);
    expect(await first).toBe(1);
  });
});
