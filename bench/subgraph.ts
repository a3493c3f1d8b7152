// What a subgraph costs between its socket and its store: `_entities` served by the kit, side by side in one run with a
// hand-written server and with what one would write on @apollo/server, @apollo/subgraph and TypeORM today. All answer the same
// requests with the same JSON from one PostgreSQL; each is a process of its own, loaded in turns by this one.
//
//   npm run bench:subgraph [-- --quick] [--rounds N] [--only kit,hand-written] [--workload entities] [--profile kit]
//
// The machine may be busy with other things: what counts are the CPU seconds of each server's process, as medians over rounds
// that alternate, and ratios within one round. Throughput and latency are of the machine as it was.
import { parseArgs } from 'node:util';
import { isContestant, contestants, type Contestant } from './subgraph/contestants.js';
import { measure } from './subgraph/measure.js';
import { report } from './subgraph/report.js';
import { serveContestant } from './subgraph/server-process.js';
import { workloads } from './subgraph/workloads.js';

const serving = process.env['BENCH_CONTESTANT'];
if (serving !== undefined && isContestant(serving)) {
  await serveContestant(serving);
} else {
  await main();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      workload: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 15));
  if (!Number.isInteger(rounds) || rounds < 1) {
    misused(`--rounds: expected a number of rounds`);
    return;
  }
  const chosen = contestantsNamed(values.only?.split(',') ?? contestants);
  const profiled = contestantsNamed(values.profile?.split(',') ?? []);
  const wanted = workloads.filter(({ name }) => values.workload === undefined || name === values.workload);
  if (chosen === null || profiled === null || wanted.length === 0) {
    misused(
      `expected contestants of ${contestants.join(', ')} and a workload of ${workloads.map(({ name }) => name).join(', ')}`,
    );
    return;
  }
  const seconds = values.quick ? { warmUp: 0.2, round: 0.2 } : { warmUp: 1.2, round: 0.25 };
  report(await measure({ contestants: chosen, workloads: wanted, rounds, seconds, profiled }));
}

function contestantsNamed(names: readonly string[]): readonly Contestant[] | null {
  return names.every(isContestant) ? names : null;
}

function misused(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
