import { redisAvailable, startRedis, type TestRedis } from '@selvedge/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeBackend } from '../testing/contract-suite.js';
import { openRedisHarness } from '../testing/redis-harness.js';

describe.skipIf(!redisAvailable())('One Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describeBackend('The backend on Redis', ({ longestIntent }) =>
    openRedisHarness(redis.url, { longestIntent }),
  );
});
