// What the router costs between its clients' sockets and its subgraphs': side by side in one run with stock @apollo/gateway, with the
// same fetches written by hand, and with a constant answer. All answer the same requests with the same JSON from the same four
// subgraphs, which answer from memory; each is a process of its own, loaded in turns by this one.
//
//   npm run bench:router [-- --quick] [--rounds N] [--only stock,shipped] [--workload deep,list] [--profile shipped] [--soak 10]
//
// The machine may be busy with other things: what counts are the CPU seconds of each contestant's process, as medians over rounds
// that alternate, and ratios within one round. Throughput and latency are of the machine as it was.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { canPin } from './measuring/child.js';
import { progress } from './measuring/figures.js';
import { otherCpu } from './measuring/router-process.js';
import { contestants, isContestant } from './router/contestants.js';
import { compareLatencies } from './router/latency.js';
import { measure, type Plan } from './router/measure.js';
import { report } from './router/report.js';
import { prepareStage, servePart, startSubgraphs } from './router/server-process.js';
import { soak } from './router/soak.js';
import { workloadNames, workloads } from './router/workloads.js';

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

async function run(plan: Plan & { readonly soakMinutes: number }): Promise<number> {
  if (canPin) spawnSync('taskset', ['-acp', String(otherCpu), String(process.pid)]);
  else console.log('not pinned: this system has no taskset');
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-bench-router-'));
  const subgraphs = await startSubgraphs();
  // Ctrl-C reaches every process of the group, and each of them ends with its channel.
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    const stage = await prepareStage(folder, subgraphs.urls);
    if (plan.soakMinutes > 0) return (await soak(plan.soakMinutes, stage)) ? 0 : 1;
    const measurements = await measure(plan, stage, subgraphs);
    const latencies = await compareLatencies(plan, stage);
    progress('');
    report(measurements, latencies);
    return 0;
  } catch (error) {
    // With its stack, but without the line of the bundle that Node would print.
    console.error(error);
    return 1;
  } finally {
    await subgraphs.stop();
  }
}

/** What to measure; a sentence where the arguments make no sense. */
function planFrom(args: string[]): (Plan & { readonly soakMinutes: number }) | string {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: contestants.join(',') },
      workload: { type: 'string', default: workloadNames.join(',') },
      profile: { type: 'string', default: '' },
      soak: { type: 'string', default: '0' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    return `--rounds: expected a number of at least 1 but got ${values.rounds ?? ''}`;
  const soakMinutes = Number(values.soak);
  if (!(soakMinutes >= 0)) return `--soak: expected a number of minutes but got ${values.soak}`;
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
      ? { firstWarmUp: 0.5, warmUp: 0.2, round: 0.2, latency: 2 }
      : { firstWarmUp: 15, warmUp: 3, round: 1, latency: 6 },
    profiled,
    soakMinutes,
  };
}

function listed(names: string): string[] {
  return names.split(',').filter((name) => name !== '');
}
