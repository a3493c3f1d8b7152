import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Breaker, type BreakerState } from './breaker.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function make() {
  const states: BreakerState[] = [];
  const probes: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const breaker = new Breaker({
    failures: 3,
    probeAfter: 1000,
    probe: () =>
      new Promise((resolve, reject) => {
        probes.push({ resolve, reject });
      }),
    changed: (state) => states.push(state),
  });
  return { breaker, states, probes };
}

describe('a breaker', () => {
  it('opens after failures in a row, not before', () => {
    const { breaker, states } = make();
    breaker.failed();
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    breaker.failed();
    expect(breaker.state).toBe('closed');
    breaker.failed();
    breaker.failed();
    expect(states).toStrictEqual(['open']);
    breaker.close();
  });

  it('probes until it is answered', async () => {
    const { breaker, states, probes } = make();
    for (let i = 0; i < 3; i += 1) breaker.failed();
    await vi.advanceTimersByTimeAsync(1000);
    probes[0]?.reject(new Error('no'));
    await vi.advanceTimersByTimeAsync(999);
    expect(states).toStrictEqual(['open', 'half-open', 'open']);
    await vi.advanceTimersByTimeAsync(1);
    probes[1]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toStrictEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(probes.length).toBe(2);
    for (let i = 0; i < 3; i += 1) breaker.failed();
    expect(breaker.state).toBe('open');
    breaker.close();
  });

  it('closes by a success from elsewhere, whatever its probe says then', async () => {
    const { breaker, probes } = make();
    for (let i = 0; i < 3; i += 1) breaker.failed();
    breaker.succeeded();
    expect(breaker.state).toBe('closed');
    for (let i = 0; i < 3; i += 1) breaker.failed();
    await vi.advanceTimersByTimeAsync(1000);
    breaker.succeeded();
    probes[0]?.reject(new Error('no'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(breaker.state).toBe('closed');
    expect(probes.length).toBe(1);
  });
});
