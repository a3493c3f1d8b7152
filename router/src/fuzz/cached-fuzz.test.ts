/** The same as fuzz.test.ts of a router that caches all it can, with what is kept in the process and without. */
import { expect, test } from 'vitest';
import { startCachedEngine } from './engines.js';
import { fuzz } from './run-fuzz.js';

const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const supergraphs = Number(process.env['FUZZ_RUNS'] ?? 4);
const operationsEach = Number(process.env['FUZZ_OPERATIONS'] ?? 16);

test.for([
  { name: 'from the process', maxBytes: 64_000_000 },
  { name: 'from the backend', maxBytes: 0 },
])(
  'cached answers are those of one schema with all the data: $name',
  { timeout: 3_600_000 },
  async ({ maxBytes }) => {
    process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
    const fetches = { first: 0, second: 0 };
    const { failures, operations } = await fuzz({
      seed,
      supergraphs,
      operationsEach,
      startOurs: startCachedEngine(maxBytes, fetches),
      withStock: false,
      reduceFor: 20_000,
      maxFailures: 1,
    });
    process.stdout.write(
      `FUZZ_SEED=${seed}: ${operations} operations; ${fetches.first} fetches for the first answers, ${fetches.second} for the second\n`,
    );
    if (failures.length > 0) expect.fail(failures.join('\n\n'));
    expect(fetches.second).toBeLessThan(fetches.first / 3);
  },
);
