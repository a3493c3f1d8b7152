/** What every backend keeps: run on each of them (`in-process.test.ts`, `redis/backend.test.ts`). */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claims } from './contract/claims.js';
import { clusters } from './contract/clusters.js';
import { closeHarness, harness, openHarness } from './contract/context.js';
import { boundsOfEntries, entries } from './contract/entries.js';
import { intents, lostIntents } from './contract/intents.js';
import { fences, logicalTime, whatIsOnItsWay } from './contract/logical-time.js';
import { lostRecords } from './contract/lost-records.js';
import { vouching } from './contract/vouching.js';
import type { OpenHarness } from './harness.js';
import { play, steps } from './model.js';

const longestIntent = 60_000;

export function describeBackend(name: string, open: OpenHarness): void {
  describe(`${name} keeps the contract:`, () => {
    beforeEach(async () => {
      await openHarness(open, longestIntent);
    });
    afterEach(closeHarness);
    describe('entries', entries);
    describe('bounds of entries', boundsOfEntries);
    describe('claims', claims);
    describe('logical time', logicalTime);
    describe('what is on its way', whatIsOnItsWay);
    describe('fences', fences);
    describe('clusters', clusters);
    describe('lost records', lostRecords);
    describe('intents', intents);
    describe('vouching', vouching);
    describe('lost intents', () => {
      lostIntents(open);
    });
    describe('any order of events', model);
  });
}

function model(): void {
  it('never serves what predates a settled write', async () => {
    let served = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        await harness().flush();
        const tally = await play(harness(), script);
        expect(tally.wrong).toStrictEqual([]);
        served += tally.served;
      }),
      { numRuns: 300 },
    );
    expect(served).toBeGreaterThan(300);
  });
}
