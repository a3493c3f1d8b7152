/** The differential test as a program: it ends with 0 when all went well, with 1 when an answer was wrong. */
import { startRouterEngine } from './engines.js';
import { fuzz } from './run-fuzz.js';

const number = (name: string, fallback: number) => Number(process.env[name] ?? fallback);
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
const engine = process.env['FUZZ_ENGINE'];
const report = await fuzz({
  seed: number('FUZZ_SEED', 1),
  supergraphs: number('FUZZ_RUNS', 16),
  operationsEach: number('FUZZ_OPERATIONS', 16),
  startOurs: engine === 'stock' ? () => Promise.resolve(undefined) : startRouterEngine,
  withStock: engine !== 'ours',
  reduceFor: number('FUZZ_REDUCE_MS', 0),
  maxFailures: number('FUZZ_MAX_FAILURES', 1),
});
const { features, explained, failures, operations, supergraphs, doNotCompose } = report;
process.stdout.write(
  `${supergraphs} supergraphs (${doNotCompose} more did not compose), ${operations} operations\nmet: ${String(features)}\n` +
    `explained differences: ${[...explained].map(([id, count]) => `${id} ${count}`).join(', ')}\n${failures.join('\n\n')}\n`,
);
process.exit(failures.length === 0 ? 0 : 1);
