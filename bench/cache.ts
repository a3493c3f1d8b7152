// What the cache costs and gives, side by side in one run with stock @apollo/gateway and Apollo's response cache plugin on the same
// Redis, and with constant answers; and what an invalidation costs, however many entries it is about.
//
//   npm run bench:cache [-- --quick] [--rounds N] [--only cold,entities-redis] [--workload deep,shop] [--profile whole-answers]
//
// As bench:router: what counts are the CPU seconds of each contestant's process, as medians over rounds that alternate, and ratios
// within one round. Redis, subgraphs and their stores are processes of their own, and their CPU seconds are told apart. In front of the
// shop, whose subgraphs cost what subgraphs do, throughput counts: every contestant is loaded until one of the two CPUs has no more.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants, isContestant } from './cache/contestants.js';
import { measureInvalidation } from './cache/invalidation.js';
import { measure, type Measurement, type Plan as MeasuringPlan } from './cache/measure.js';
import { openMemory } from './cache/origins/memory.js';
import type { Origin, OriginName } from './cache/origins/origin.js';
import { openShop } from './cache/origins/shop.js';
import { openRedis, type BenchRedis } from './cache/redis.js';
import { report } from './cache/report.js';
import { prepareStage, servePart } from './cache/server-process.js';
import { workloadNames, workloads } from './cache/workloads.js';
import { canPin } from './measuring/child.js';
import { progress } from './measuring/figures.js';
import { otherCpu } from './measuring/router-process.js';

interface Plan extends MeasuringPlan {
  readonly shopScale: number;
  readonly invalidation: { readonly sizes: readonly number[]; readonly writes: number } | null;
}

/** What `--workload` knows beside the workloads. */
const invalidation = 'invalidation';
const known: readonly string[] = [...workloadNames, invalidation];

const invalidations = {
  quick: { sizes: [10, 1_000], writes: 100 },
  whole: { sizes: [10, 1_000, 100_000], writes: 2_000 },
} as const;

const quick = { firstWarmUp: 0.5, warmUp: 0.2, round: 0.2 };
const whole = {
  memory: { firstWarmUp: 15, warmUp: 3, round: 1 },
  // Where nothing is cached, the subgraphs leave the router little to do: a second of its CPU takes several.
  shop: { firstWarmUp: 5, warmUp: 5, round: 1 },
};

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
    const measurements: Measurement[] = [];
    for (const origin of ['memory', 'shop'] as const)
      if (plan.workloads.some((workload) => workload.origin === origin))
        measurements.push(...(await measureBehind(origin, plan, folder, redis)));
    const costs =
      plan.invalidation === null
        ? []
        : await measureInvalidation(redis, plan.invalidation.sizes, plan.invalidation.writes);
    progress('');
    report(measurements, costs);
    return 0;
  } catch (error) {
    // With its stack, but without the line of the bundle that Node would print.
    console.error(error);
    return 1;
  } finally {
    await Promise.allSettled(stops.map((stop) => stop()));
  }
}

async function measureBehind(
  name: OriginName,
  plan: Plan,
  folder: string,
  redis: BenchRedis,
): Promise<Measurement[]> {
  progress(`starting the subgraphs: ${name}`);
  const origin: Origin = await (name === 'memory' ? openMemory() : openShop(plan.shopScale));
  try {
    return await measure(plan, name, await prepareStage(folder, redis, origin));
  } finally {
    await origin.stop();
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
      workload: { type: 'string', default: known.join(',') },
      profile: { type: 'string', default: '' },
    },
  });
  const isQuick = values.quick;
  const rounds = Number(values.rounds ?? (isQuick ? 1 : 5));
  const only = listed(values.only);
  const profiled = listed(values.profile);
  const wanted = listed(values.workload);
  const misuse = misuseOf(rounds, [...only, ...profiled], wanted);
  if (misuse !== undefined) return misuse;
  return {
    contestants: contestants.filter((name) => only.includes(name)),
    workloads: workloads.filter(({ name }) => wanted.includes(name)),
    invalidation: wanted.includes(invalidation) ? invalidations[isQuick ? 'quick' : 'whole'] : null,
    rounds,
    seconds: isQuick ? { memory: quick, shop: quick } : whole,
    shopScale: isQuick ? 1 : 5,
    profiled: contestants.filter((name) => profiled.includes(name)),
  };
}

function misuseOf(rounds: number, named: readonly string[], wanted: readonly string[]): string | undefined {
  if (!Number.isInteger(rounds) || rounds < 1)
    return `--rounds: expected a number of at least 1 but got ${rounds}`;
  const unknown = named.find((name) => !isContestant(name));
  if (unknown !== undefined)
    return `--only, --profile: expected any of ${contestants.join(', ')} but got ${unknown}`;
  const strange = wanted.find((name) => !known.includes(name));
  return strange === undefined && wanted.length > 0
    ? undefined
    : `--workload: expected any of ${known.join(', ')} but got ${strange ?? 'none'}`;
}

function listed(names: string): string[] {
  return names.split(',').filter((name) => name !== '');
}
