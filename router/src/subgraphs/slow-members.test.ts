/** What a call that takes long does to those who share it, and what is left of them all when it is over. */
import { json, neverAnswer } from '@selvedge/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { idsOf, names, startFetches, TestCaller, turns, until } from '../testing/subgraph-fetches.js';
import { Cleanup } from '../testing/test-router.js';

const cleanup = new Cleanup();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await cleanup.run();
});

describe('leaving', () => {
  test('whoever leaves gets an error then; the others get their answer', async () => {
    const fetches = await startFetches(cleanup);
    fetches.behave((request) => fetches.held.hold(names(request)));
    const caller = new TestCaller();
    const [leaves, stays] = [fetches.ask({ caller, ids: ['1'] }), fetches.ask({ ids: ['2'] })];
    await until(() => fetches.requests.length === 1);
    caller.leave();
    expect((await leaves).errors.map(({ error }) => error.message)).toEqual([
      'subgraph `names` did not answer while the request lasted',
    ]);
    await turns();
    expect(fetches.requests[0]?.aborted).toBe(false);
    fetches.held.release();
    expect((await stays).entities).toEqual([{ name: 'name 2' }]);
    expect(fetches.requests).toHaveLength(1);
  });

  test('the call ends with the last one, which the subgraph sees, and is not sent again', async () => {
    const fetches = await startFetches(cleanup);
    fetches.behave(() => neverAnswer);
    const callers = [new TestCaller(), new TestCaller()];
    const answers = callers.map((caller, index) => fetches.ask({ caller, ids: [String(index)] }));
    await until(() => fetches.requests.length === 1);
    callers[0]?.leave();
    await turns();
    expect(fetches.requests[0]?.aborted).toBe(false);
    callers[1]?.leave();
    await Promise.all(answers);
    await until(() => fetches.requests[0]?.aborted === true);
    await turns();
    expect(fetches.requests).toHaveLength(1);
    expect(fetches.subgraph.size).toBe(0);
  });

  test('for those who have left before it is their turn, nothing is sent', async () => {
    const fetches = await startFetches(cleanup);
    fetches.behave((request) => fetches.held.hold(names(request)));
    const first = fetches.ask();
    await until(() => fetches.requests.length === 1);
    const [gone, here] = [new TestCaller(), new TestCaller()];
    const answers = [fetches.ask({ caller: gone, ids: ['2'] }), fetches.ask({ caller: here, ids: ['3'] })];
    gone.leave();
    fetches.held.release();
    await until(() => fetches.requests.length === 2);
    fetches.held.release();
    await Promise.all([first, ...answers]);
    await fetches.ask({ caller: gone });
    expect(fetches.requests.map(({ body }) => idsOf(body))).toEqual([['1'], ['3']]);
  });

  test('nothing is kept of a caller whose fetches are over', async () => {
    const fetches = await startFetches(cleanup);
    const callers = [new TestCaller(), new TestCaller()];
    await Promise.all(callers.map((caller) => fetches.ask({ caller })));
    await turns();
    expect(callers.map(({ callbacks }) => callbacks.size)).toEqual([0, 0]);
  });
});

describe('overrunning', () => {
  test('those who gather wait for as long as is usual; their key is then shared no more, until later', async () => {
    const fetches = await startFetches(cleanup);
    const now = vi.spyOn(performance, 'now');
    fetches.behave((request) => (idsOf(request.body)[0] === 'slow' ? neverAnswer : names(request)));
    const caller = new TestCaller();
    const slow = fetches.ask({ caller, ids: ['slow'] });
    await until(() => fetches.requests.length === 1);
    const gathered = [fetches.ask({ ids: ['1'] }), fetches.ask({ ids: ['2'] })];
    await turns();
    expect(fetches.requests).toHaveLength(1);
    vi.advanceTimersByTime(100);
    await Promise.all(gathered);
    await Promise.all([fetches.ask({ ids: ['3'] }), fetches.ask({ ids: ['4'] })]);
    expect(fetches.requests.slice(1).map(({ body }) => idsOf(body))).toEqual([['1'], ['2'], ['3'], ['4']]);
    caller.leave();
    await slow;
    const later = performance.now() + 6_000;
    now.mockImplementation(() => later);
    await Promise.all([fetches.ask({ ids: ['5'] }), fetches.ask({ ids: ['6'] })]);
    now.mockRestore();
    expect(fetches.requests.slice(5).map(({ body }) => idsOf(body))).toEqual([['5', '6']]);
  });

  test('a call that several shared and that took too long is noticed even where nobody waited behind it', async () => {
    const fetches = await startFetches(cleanup);
    const now = vi.spyOn(performance, 'now');
    fetches.behave((request) => fetches.held.hold(names(request)));
    const answers = [fetches.ask({ ids: ['1'] }), fetches.ask({ ids: ['2'] })];
    await until(() => fetches.requests.length === 1);
    const later = performance.now() + 2_000;
    now.mockImplementation(() => later);
    fetches.held.release();
    await Promise.all(answers);
    fetches.behave(names);
    await Promise.all([fetches.ask({ ids: ['3'] }), fetches.ask({ ids: ['4'] })]);
    now.mockRestore();
    expect(fetches.requests.map(({ body }) => idsOf(body))).toEqual([['1', '2'], ['3'], ['4']]);
  });

  test('a call that timed out is not sent again for each: the subgraph has least to give then', async () => {
    const fetches = await startFetches(cleanup, { timeout: 1 });
    vi.useRealTimers();
    fetches.behave(() => neverAnswer);
    const answers = await Promise.all([fetches.ask({ ids: ['1'] }), fetches.ask({ ids: ['2'] })]);
    expect(answers.map(({ errors }) => errors.length)).toEqual([1, 1]);
    expect(fetches.requests.length).toBeLessThanOrEqual(1);
  });
});

describe('afterwards', () => {
  test('nothing is kept of what was sent, whatever was asked', async () => {
    const fetches = await startFetches(cleanup, { takesArrays: true });
    for (let round = 0; round < 20; round += 1) {
      const asks = Array.from({ length: 50 }, (_, n) => ({
        ids: [`${round} ${n}`],
        variables: `"n":${n}`,
        headers: { 'x-user': String(n % 7) },
      }));
      await Promise.all(asks.map((ask) => fetches.ask(ask)));
    }
    await turns();
    expect(fetches.subgraph.size).toBe(0);
    expect(fetches.requests.length).toBeGreaterThan(0);
  });

  test('nothing that is closed waits any longer', async () => {
    const fetches = await startFetches(cleanup);
    fetches.behave((request) => fetches.held.hold(json({ data: names(request) })));
    const callers = [new TestCaller(), new TestCaller()];
    const first = fetches.ask({ caller: callers[0] ?? new TestCaller() });
    await until(() => fetches.requests.length === 1);
    const second = fetches.ask({ caller: callers[1] ?? new TestCaller() });
    await turns();
    for (const caller of callers) caller.leave();
    await Promise.all([first, second]);
    fetches.subgraph.close();
    await turns();
    expect(fetches.subgraph.size).toBe(0);
    expect(fetches.requests).toHaveLength(1);
  });
});
