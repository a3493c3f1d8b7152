// From turns to a table a workload, and a last line that says which targets this run met.
import { descriptions, targets, type Contestant, type Target } from './contestants.js';
import type { Measurement, Turn } from './measure.js';

export function report(measurements: readonly Measurement[]): void {
  const workloads = [...new Set(measurements.map(({ workload }) => workload))];
  const verdicts: string[] = [];
  for (const workload of workloads) {
    const lanes = measurements.filter((measurement) => measurement.workload === workload);
    const [yardstick] = lanes;
    console.log(`\n${workload.title} (medians of ${yardstick?.turns.length ?? 0} rounds)`);
    console.log(header);
    for (const lane of lanes) console.log(tableRow(lane, yardstick));
    for (const target of targets) {
      const verdict = verdictOf(target, lanes);
      if (verdict !== null) verdicts.push(`${workload.name} ${verdict}`);
    }
  }
  console.log(`\nresident memory, MB: ${memory(measurements)}`);
  for (const contestant of new Set(measurements.map((measurement) => measurement.contestant)))
    console.log(`${contestant}: ${descriptions[contestant]}`);
  const isSmokeRun = measurements.some(({ turns }) => turns.length < 5);
  console.log(`\ntargets${isSmokeRun ? ' (too few rounds to judge)' : ''}: ${verdicts.join('; ')}`);
}

const header = row([
  '',
  'CPU s / 1,000 (spread)',
  'req / CPU s',
  'req / s',
  'p50 ms',
  'p99 ms',
  '× first, CPU',
  'wall',
]);

function tableRow({ contestant, turns }: Measurement, first: Measurement | undefined): string {
  const cost = turns.map(cpuPerThousand);
  const ratio = (of: (turn: Turn) => number): string =>
    median(ratios(turns, first?.turns ?? [], of)).toFixed(2);
  return row([
    contestant,
    `${median(cost).toFixed(3)} (${Math.min(...cost).toFixed(3)} to ${Math.max(...cost).toFixed(3)})`,
    rounded(1_000 / median(cost)),
    rounded(median(turns.map(throughput))),
    median(turns.map((turn) => turn.p50)).toFixed(1),
    median(turns.map((turn) => turn.p99)).toFixed(1),
    ratio(requestsPerCpuSecond),
    ratio(throughput),
  ]);
}

/** Such as `kit 0.71 of hand-written (wall 0.69), at least 0.6: met`; null where one of the two did not run. */
function verdictOf(target: Target, lanes: readonly Measurement[]): string | null {
  const turnsOf = (name: Contestant): readonly Turn[] | undefined =>
    lanes.find(({ contestant }) => contestant === name)?.turns;
  const turns = turnsOf(target.contestant);
  const yardstick = turnsOf(target.yardstick);
  if (turns === undefined || yardstick === undefined) return null;
  const cpu = median(ratios(turns, yardstick, requestsPerCpuSecond));
  const wall = median(ratios(turns, yardstick, throughput));
  const outcome = cpu >= target.ratio ? 'met' : 'MISSED';
  return `${target.contestant} ${cpu.toFixed(2)} of ${target.yardstick} (wall ${wall.toFixed(2)}), at least ${target.ratio}: ${outcome}`;
}

/** Within each round, how many times the yardstick's figure. */
function ratios(turns: readonly Turn[], yardstick: readonly Turn[], of: (turn: Turn) => number): number[] {
  return turns.flatMap((turn, round) => {
    const other = yardstick[round];
    return other === undefined ? [] : [of(turn) / of(other)];
  });
}

function cpuPerThousand({ cpuSeconds, requests }: Turn): number {
  return (cpuSeconds / requests) * 1_000;
}

function requestsPerCpuSecond({ cpuSeconds, requests }: Turn): number {
  return requests / cpuSeconds;
}

function throughput({ requests, seconds }: Turn): number {
  return requests / seconds;
}

function memory(measurements: readonly Measurement[]): string {
  const last = new Map(measurements.map(({ contestant, residentBytes }) => [contestant, residentBytes]));
  return [...last].map(([contestant, bytes]) => `${contestant} ${Math.round(bytes / 1e6)}`).join(', ');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 0
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
}

function row([name = '', cost = '', ...figures]: readonly string[]): string {
  return `${name.padEnd(20)}${cost.padStart(24)}${figures.map((figure) => figure.padStart(13)).join('')}`;
}

function rounded(value: number): string {
  return Math.round(value).toLocaleString('en');
}
