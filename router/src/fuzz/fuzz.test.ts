/** See run-fuzz.ts. `FUZZ_RUNS` supergraphs (with `FUZZ_OPERATIONS` operations each) from `FUZZ_SEED` on. */
import { expect, test } from 'vitest';
import { startRouterEngine } from './engines.js';
import { fuzz } from './run-fuzz.js';

const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const supergraphs = Number(process.env['FUZZ_RUNS'] ?? 10);
const operationsEach = Number(process.env['FUZZ_OPERATIONS'] ?? 16);

test('answers are those of one schema with all the data', { timeout: 3_600_000 }, async () => {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
  const startOurs =
    process.env['FUZZ_ENGINE'] === 'stock' ? () => Promise.resolve(undefined) : startRouterEngine;
  const withStock = process.env['FUZZ_ENGINE'] !== 'ours';
  const report = await fuzz({
    seed,
    supergraphs,
    operationsEach,
    startOurs,
    withStock,
    reduceFor: 60_000,
    maxFailures: 1,
  });
  const { features, doNotCompose, operations, explained, failures } = report;
  process.stdout.write(
    `FUZZ_SEED=${seed}: ${report.supergraphs} supergraphs (${doNotCompose} more did not compose), ${operations} operations\n` +
      `met: ${String(features)}\n` +
      `explained differences: ${[...explained].map(([id, count]) => `${id} ${count}`).join(', ')}\n`,
  );
  if (failures.length > 0) expect.fail(failures.join('\n\n'));
  expect(features.missing).toEqual([]);
  expect(doNotCompose).toBeLessThanOrEqual(supergraphs / 4);
});
