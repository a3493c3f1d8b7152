// A short run of what `npm run prove:cache` does at length: the router as it ships shows nobody what is old, whatever goes wrong.
import { redisAvailable, testAdminUrl } from '@selvedge/testkit';
import { describe, expect, it } from 'vitest';
import { faultsNamed } from './faults.js';
import { run } from './run.js';
import { writeShare } from './scale.js';

/** Printed where it fails: with it the same is drawn again. */
const seed = 20_261_121;

describe.skipIf(!redisAvailable())('two routers on one Redis', () => {
  it('show no write less than was acknowledged, while things go wrong', { timeout: 240_000 }, async () => {
    const outcome = await run({
      postgres: testAdminUrl(),
      seed,
      seconds: 20,
      isCached: true,
      variant: null,
      writeShare,
      faults: faultsNamed(['late-fills', 'evicted-tags', 'flushall', 'cut-writer', 'killed-subgraph']),
      say: () => undefined,
    });
    const { stale, resurrections, nonMonotonic, staleLists, crossUser, flips, impossible, staleAtRest } =
      outcome;
    const found = {
      stale,
      resurrections,
      nonMonotonic,
      staleLists,
      crossUser,
      flips,
      impossible,
      staleAtRest,
    };
    expect(found, `seed ${seed}\n${outcome.examples.join('\n')}`).toEqual({
      stale: 0,
      resurrections: 0,
      nonMonotonic: 0,
      staleLists: 0,
      crossUser: 0,
      flips: 0,
      impossible: 0,
      staleAtRest: 0,
    });
    // Otherwise nothing was cached, or nothing written, and the test says nothing.
    expect(outcome.entityHitRate).toBeGreaterThan(0);
    expect(outcome.writes).toBeGreaterThan(0);
  });
});
