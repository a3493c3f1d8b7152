import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openInProcessBackend, type EvictableItem } from './in-process.js';
import { describeBackend } from './testing/contract-suite.js';
import { openNaive } from './testing/naive-backend.js';
import { play, steps } from './testing/model.js';

describeBackend('The backend within one process', ({ longestIntent }) => {
  const backend = openInProcessBackend({ maxBytes: 50_000_000, longestIntent });
  const evict = (matches: (item: EvictableItem) => boolean) => {
    backend.evict(matches);
    return Promise.resolve();
  };
  return Promise.resolve({
    backend,
    evictTag: (store, tag) =>
      evict((item) => item.kind === 'tag' && item.store === store && item.name === tag),
    evictStore: (store) => evict((item) => item.kind === 'store' && item.store === store),
    flush: () => evict(() => true),
    close: () => backend.close(),
  });
});

describe('the model', () => {
  it('catches SET and DEL', async () => {
    const caught = fc.asyncProperty(steps, async (script) => {
      expect((await play(openNaive(), script)).wrong).toStrictEqual([]);
    });
    const { failed, counterexample } = await fc.check(caught, { numRuns: 300 });
    expect(failed).toBe(true);
    expect(counterexample?.[0].length).toBeGreaterThan(3);
  });
});

describe('what is kept within one process', () => {
  it('stays below its bound, and what is used stays', async () => {
    const backend = openInProcessBackend({ maxBytes: 100_000 });
    const [state] = await backend.states(['s']);
    if (state === undefined) return;
    const { nonce, count } = state;
    const times = { fetchedAt: 0, expiresAt: Date.now() + 60_000, staleUntil: 0 };
    const evidence = { nonce, count, cluster: null, snapshot: null, tags: ['t'], ...times };
    for (let i = 0; i < 1000; i += 1) {
      await backend.fill('s', [{ key: `k${i}`, fields: new Map([['f', 'x'.repeat(500)]]), evidence }]);
      expect(backend.usage().bytes).toBeLessThanOrEqual(100_000);
    }
    expect(await backend.states(['s'])).toStrictEqual([state]);
    const { entries } = await backend.read(
      's',
      [
        { key: 'k0', fields: ['f'] },
        { key: 'k999', fields: ['f'] },
      ],
      null,
    );
    expect(entries.map(([field]) => field !== null)).toStrictEqual([false, true]);
  });

  it('is forgotten where it is larger than the bound', async () => {
    const backend = openInProcessBackend({ maxBytes: 5_000 });
    const [state] = await backend.states(['s']);
    if (state === undefined) return;
    const { nonce, count } = state;
    const times = { fetchedAt: 0, expiresAt: Date.now() + 60_000, staleUntil: 0 };
    const evidence = { nonce, count, cluster: null, snapshot: null, tags: [], ...times };
    await backend.fill('s', [{ key: 'k', fields: new Map([['f', 'x'.repeat(9000)]]), evidence }]);
    const { entries } = await backend.read('s', [{ key: 'k', fields: ['f'] }], null);
    expect(entries).toStrictEqual([[null]]);
  });
});
