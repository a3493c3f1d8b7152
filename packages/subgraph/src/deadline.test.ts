// By when a request has to be over: the earlier of what its sender says, on clocks that may differ.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineOf, expiredBy, timeLeft } from './deadline.js';

const day = Date.UTC(2026, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: day });
});
afterEach(() => {
  vi.useRealTimers();
});

const saying = (timeout?: string, until?: string) =>
  deadlineOf({
    ...(timeout !== undefined && { 'x-envoy-expected-rq-timeout-ms': timeout }),
    ...(until !== undefined && { 'x-selvedge-write-until': until }),
  });

describe('a deadline', () => {
  it.each([
    ['in so long', '700', undefined, 700],
    ['at a moment', undefined, String(day + 900), 900],
    ['the former, where that is earlier', '700', String(day + 900), 700],
    ['the latter, where that is', '700', String(day + 300), 300],
    ['never, where nothing is said', undefined, undefined, Infinity],
    ['never, where nothing can be read', 'soon', '2026-01-01', Infinity],
    ['never: 0 is no limit', '0', '0', Infinity],
    ['never: a number too long to be one', '99999999999', '1'.repeat(16), Infinity],
  ])('is %s', (_what, timeout, until, expected) => {
    expect(timeLeft(saying(timeout, until))).toBe(expected);
  });

  it('comes by whichever clock goes on', () => {
    const deadline = saying('700', String(day + 900));
    vi.setSystemTime(day + 500);
    expect(timeLeft(deadline)).toBe(400);
    vi.advanceTimersByTime(300);
    expect(timeLeft(deadline)).toBe(100);
    // Set back, it lengthens nothing.
    vi.setSystemTime(day - 60_000);
    expect(timeLeft(deadline)).toBe(400);
  });
});

describe('a request that comes when it is over', () => {
  it('is told how late it was', () => {
    const error = expiredBy(saying('5000', String(day - 250)));
    expect(error).toMatchObject({
      code: 'REQUEST_EXPIRED',
      message:
        'expected to be asked before 2025-12-31T23:59:59.750Z but got the request 250 ms after: it has waited, or the clocks of its sender and of this subgraph differ; nothing was changed',
    });
  });

  it.each([[saying('1')], [saying('1', String(day + 1))], [saying()]])('is no other (%#)', (deadline) => {
    expect(expiredBy(deadline)).toBeNull();
  });
});
