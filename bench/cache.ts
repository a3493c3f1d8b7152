// What the cache costs and gives, side by side in one run with stock @apollo/gateway and Apollo's response cache plugin on the same
// Redis, and with constant answers; and what an invalidation costs, however many entries it is about.
//
//   npm run bench:cache [-- --quick] [--rounds N] [--only cold,entities-redis] [--workload deep,list] [--profile whole-answers]
//
// As bench:router: what counts are the CPU seconds of each contestant's process, as medians over rounds that alternate, and ratios
// within one round. Redis and the subgraphs are processes of their own, and their CPU seconds are told apart.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants, isContestant } from './cache/contestants.js';
import { measure, type Plan } from './cache/measure.js';
import { openRedis } from './cache/redis.js';
import { report } from './cache/report.js';
import { prepareStage, servePart, startSubgraphs } from './cache/server-process.js';
import { workloadNames, workloads } from './cache/workloads.js';
import { canPin } from './measuring/child.js';
import { progress } from './measuring/figures.js';
import { otherCpu } from './measuring/router-process.js';

const part = process.env['BENCH_PART'];
if (part !== undefined) {
  await servePart(part);
} else {
  const plan = planFrom(process.argv.slice(2));
  if (typeof plan === 'string') {
    process.stderr.write(`${plan}\n`);
    process.exitCode = 1;
  } else {
    process.exitCode = await run(plan);
  }
}

async function run(plan: Plan): Promise<number> {
  if (canPin) spawnSync('taskset', ['-acp', String(otherCpu), String(process.pid)]);
  else console.log('not pinned: this system has no taskset');
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-bench-cache-'));
  // Ctrl-C reaches every process of the group, and each of them ends with its channel.
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const stops: (() => Promise<void>)[] = [];
  try {
    const redis = await openRedis();
    stops.push(() => redis.stop());
    const subgraphs = await startSubgraphs();
    stops.push(() => subgraphs.stop());
    const measurements = await measure(plan, await prepareStage(folder, redis, subgraphs));
    progress('');
    report(measurements);
    return 0;
  } catch (error) {
    // With its stack, but without the line of the bundle that Node would print.
    console.error(error);
    return 1;
  } finally {
    await Promise.allSettled(stops.map((stop) => stop()));
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
      workload: { type: 'string', default: workloadNames.join(',') },
      profile: { type: 'string', default: '' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    return `--rounds: expected a number of at least 1 but got ${values.rounds ?? ''}`;
  const named = [values.only, values.profile].map(listed);
  const unknown = named.flat().find((name) => !isContestant(name));
  if (unknown !== undefined)
    return `--only, --profile: expected any of ${contestants.join(', ')} but got ${unknown}`;
  const wanted = listed(values.workload);
  const strange = wanted.find((name) => !workloadNames.some((known) => known === name));
  if (strange !== undefined || wanted.length === 0)
    return `--workload: expected any of ${workloadNames.join(', ')} but got ${strange ?? 'none'}`;
  const [chosen = [], profiled = []] = named.map((names) => names.filter(isContestant));
  return {
    contestants: contestants.filter((name) => chosen.includes(name)),
    workloads: workloads.filter(({ name }) => wanted.includes(name)),
    rounds,
    seconds: values.quick
      ? { firstWarmUp: 0.5, warmUp: 0.2, round: 0.2 }
      : { firstWarmUp: 15, warmUp: 3, round: 1 },
    profiled,
  };
}

function listed(names: string): string[] {
  return names.split(',').filter((name) => name !== '');
}
