// What a subgraph costs between its socket and its store: `_entities` served by the kit, side by side in one run with a
// hand-written server and with what one would write on @apollo/server, @apollo/subgraph and TypeORM today. All answer the same
// requests with the same JSON from one PostgreSQL; each is a process of its own, loaded in turns by this one.
//
//   npm run bench:subgraph [-- --quick] [--rounds N] [--only kit,hand-written] [--workload entities] [--profile kit]
//
// The machine may be busy with other things: what counts are the CPU seconds of each server's process, as medians over rounds
// that alternate, and ratios within one round. Throughput and latency are of the machine as it was.
import { parseArgs } from 'node:util';
import { contestants, isContestant } from './subgraph/contestants.js';
import { measure, type Plan } from './subgraph/measure.js';
import { report } from './subgraph/report.js';
import { serveContestant } from './subgraph/server-process.js';
import { workloads } from './subgraph/workloads.js';

const serving = process.env['BENCH_CONTESTANT'];
if (serving !== undefined && isContestant(serving)) {
  await serveContestant(serving);
} else {
  const plan = planFrom(process.argv.slice(2));
  if (typeof plan === 'string') {
    process.stderr.write(`${plan}\n`);
    process.exitCode = 1;
  } else {
    report(await measure(plan));
  }
}

/** What to measure; a sentence where the arguments make no sense. */
function planFrom(args: string[]): Plan | string {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: contestants.join(',') },
      workload: { type: 'string' },
      profile: { type: 'string', default: '' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 15));
  if (!Number.isInteger(rounds) || rounds < 1)
    return `--rounds: expected a number of at least 1 but got ${values.rounds ?? ''}`;
  const named = [values.only, values.profile].map((list) => list.split(',').filter((name) => name !== ''));
  const unknown = named.flat().find((name) => !isContestant(name));
  if (unknown !== undefined)
    return `--only, --profile: expected any of ${contestants.join(', ')} but got ${unknown}`;
  const wanted = workloads.filter(({ name }) => values.workload === undefined || name === values.workload);
  if (wanted.length === 0)
    return `--workload: expected one of ${workloads.map(({ name }) => name).join(', ')} but got ${values.workload ?? ''}`;
  const [chosen = [], profiled = []] = named.map((names) => names.filter(isContestant));
  const seconds = values.quick ? { warmUp: 0.2, round: 0.2 } : { warmUp: 1.2, round: 0.25 };
  return { contestants: chosen, workloads: wanted, rounds, seconds, profiled };
}
