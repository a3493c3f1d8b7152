// What the outbox costs those who write: pgbench straight at PostgreSQL with fsync on, since Node in between would hide it, on the
// same table with `captureWrites` and without.
//
//   npm run bench:outbox [-- --quick] [--rounds N] [--seconds N] [--clients 1,16,64]
//
// What counts are ratios within one round, in which the two have their turns one after the other; between rounds they change
// places. It needs pgbench, which no npm package has. All of it takes about six minutes.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { measure, type Plan } from './outbox/measure.js';
import { report } from './outbox/report.js';

const plan = planFrom(process.argv.slice(2));
if (typeof plan === 'string') {
  process.stderr.write(`${plan}\n`);
  process.exitCode = 1;
} else {
  // PostgreSQL and pgbench go with this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    report(await measure(plan));
  } catch (error) {
    // With its stack, but without the line of the bundle that Node would print.
    console.error(error);
    process.exitCode = 1;
  }
}

/** What to measure; a sentence where that cannot be. */
function planFrom(args: string[]): Plan | string {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      clients: { type: 'string', default: '1,16,64' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  const seconds = Number(values.seconds ?? (values.quick ? 3 : 5));
  const clients = values.clients.split(',').map(Number);
  for (const [option, given] of [
    ['rounds', [rounds]],
    ['seconds', [seconds]],
    ['clients', clients],
  ] as const) {
    const wrong = given.find((number) => !Number.isInteger(number) || number < 1);
    if (wrong !== undefined) return `--${option}: expected whole numbers of at least 1 but got ${wrong}`;
  }
  if (spawnSync('pgbench', ['--version']).status !== 0)
    return 'expected pgbench on the PATH but got none (Debian: apt-get install postgresql-contrib)';
  return { rounds, seconds, clients, rows: values.quick ? 10_000 : 100_000 };
}
