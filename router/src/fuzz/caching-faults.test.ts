/** That no rule of the response cache can be broken in silence: each has a fault here, and a test that catches it. */
import { redisAvailable } from '@selvedge/testkit';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeFaults } from './describe-faults.js';
import { faultsOfCaching } from './faults-of-caching.js';
import { faultsOfCapture, faultsOfRecorder } from './faults-of-capture.js';
import { faultsOfKeys } from './faults-of-keys.js';
import { faultsOfRedis, faultsOfReplies } from './faults-of-redis.js';
import { faultsOfStores } from './faults-of-stores.js';
import { faultsOfWholeAnswers } from './faults-of-whole-answers.js';
import { faultsOfWrites } from './faults-of-writes.js';
import { bundleFolder } from './faulty-build.js';

let folder = '';
beforeAll(async () => {
  folder = await bundleFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inRouter = [...faultsOfCaching, ...faultsOfKeys, ...faultsOfWrites, ...faultsOfWholeAnswers];
const inPackages = [...faultsOfStores, ...faultsOfReplies, ...faultsOfRecorder, ...faultsOfCapture];

describe('in the router', () => {
  describeFaults(inRouter, () => folder);
});

describe('in packages', () => {
  describeFaults(inPackages, () => folder);
});

describe.skipIf(!redisAvailable())('in Redis', () => {
  describeFaults(faultsOfRedis, () => folder);
});
