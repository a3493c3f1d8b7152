// From turns to a table a workload, and last lines that say which targets this run met.
import { median, ratios } from '../measuring/figures.js';
import { cpuPerThousand, type Turn } from '../measuring/turns.js';
import { burstTarget, cpuTargets, descriptions, type Contestant, type CpuTarget } from './contestants.js';
import type { Latency, LatencyComparison } from './latency.js';
import type { Measurement } from './measure.js';

export function report(measurements: readonly Measurement[], latencies: LatencyComparison | null): void {
  const verdicts: string[] = [];
  for (const workload of new Set(measurements.map((measurement) => measurement.workload))) {
    const lanes = measurements.filter((measurement) => measurement.workload === workload);
    console.log(`\n${workload.name}: ${workload.title} (medians of ${lanes[0]?.turns.length ?? 0} rounds)`);
    console.log(header);
    for (const lane of lanes) console.log(tableRow(lane, lanes));
    for (const target of cpuTargets) {
      const verdict = target.workloads.includes(workload.name) ? cpuVerdict(target, lanes) : null;
      if (verdict !== null) verdicts.push(`${workload.name}: ${verdict}`);
    }
  }
  verdicts.push(...burstVerdict(measurements));
  if (latencies !== null) verdicts.push(...reportLatencies(latencies));
  console.log(`\nresident memory at the end, MB: ${memory(measurements)}`);
  for (const contestant of new Set(measurements.map((measurement) => measurement.contestant)))
    console.log(`${contestant}: ${descriptions[contestant]}`);
  const isSmokeRun = measurements.some(({ turns }) => turns.length < 5);
  console.log(`\ntargets${isSmokeRun ? ' (too few rounds to judge)' : ''}:`);
  for (const verdict of verdicts) console.log(`  ${verdict}`);
}

const header = [
  row(['', 'CPU s per 1,000', '', '', '', 'subgraph', 'subgraph', 'represen-', 'requests', '', '']),
  row(['', '(spread)', '/ stock', '/ fan-out', 'req / s', 'requests', 'operations', 'tations', 'for 50', 'p50 ms', 'p99 ms']),
].join('\n'); // prettier-ignore

function tableRow(lane: Measurement, lanes: readonly Measurement[]): string {
  const { contestant, turns, asked, burstRequests } = lane;
  const cost = turns.map(cpuPerThousand);
  return row([
    contestant,
    `${median(cost).toFixed(3)} (${Math.min(...cost).toFixed(3)}-${Math.max(...cost).toFixed(3)})`,
    relative(turns, turnsOf('stock', lanes)),
    relative(turns, turnsOf('fan-out', lanes)),
    median(turns.map(({ requests, seconds }) => requests / seconds)).toFixed(0),
    asked.requests.toFixed(2),
    asked.operations.toFixed(2),
    asked.representations.toFixed(1),
    burstRequests.toFixed(0),
    median(turns.map((turn) => turn.p50)).toFixed(1),
    median(turns.map((turn) => turn.p99)).toFixed(1),
  ]);
}

/** Such as `1/14.2` or `1.31`. */
function relative(turns: readonly Turn[], yardstick: readonly Turn[] | undefined): string {
  if (yardstick === undefined) return '';
  return fraction(median(ratios(turns, yardstick, cpuPerThousand)));
}

function fraction(ratio: number): string {
  return ratio < 0.5 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(2);
}

/** Such as `sharing-off takes 1/14.6 of stock's CPU, at most 1/14: met`; null where one of the two did not run. */
function cpuVerdict(target: CpuTarget, lanes: readonly Measurement[]): string | null {
  const turns = turnsOf(target.contestant, lanes);
  const yardstick = turnsOf(target.yardstick, lanes);
  if (turns === undefined || yardstick === undefined) return null;
  const ratio = median(ratios(turns, yardstick, cpuPerThousand));
  const { contestant, wording } = target;
  return `${contestant} takes ${fraction(ratio)} of the CPU of ${target.yardstick}, at most ${wording}: ${outcome(ratio <= target.ratio)}`;
}

function burstVerdict(measurements: readonly Measurement[]): string[] {
  const { workload, contestant, requests } = burstTarget;
  return measurements
    .filter((each) => each.workload.name === workload && each.contestant === contestant)
    .map(
      ({ burstRequests }) =>
        `${workload}: ${contestant} sends ${burstRequests} subgraph requests for 50 at once, at most ${requests}: ${outcome(burstRequests <= requests)}`,
    );
}

function reportLatencies({ workload, stock, ours }: LatencyComparison): string[] {
  const line = ({ contestant, requestsPerSecond, p50, p99 }: Latency): string =>
    `  ${contestant.padEnd(14)}${requestsPerSecond.toFixed(0).padStart(6)} requests a second: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  console.log(
    `\n${workload.name}, requests at random times: stock at a tenth of what it can take, ours at ten times as much`,
  );
  for (const latency of [stock, ...ours]) console.log(line(latency));
  return ours.map(
    ({ contestant, p99 }) =>
      `${workload.name}: p99 of ${contestant} ${p99.toFixed(1)} ms, at most ${stock.p99.toFixed(1)} ms (stock at a tenth of the load): ${outcome(p99 <= stock.p99)}`,
  );
}

function outcome(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}

function turnsOf(name: Contestant, lanes: readonly Measurement[]): readonly Turn[] | undefined {
  return lanes.find(({ contestant }) => contestant === name)?.turns;
}

function memory(measurements: readonly Measurement[]): string {
  const last = new Map(measurements.map(({ contestant, residentBytes }) => [contestant, residentBytes]));
  return [...last].map(([contestant, bytes]) => `${contestant} ${Math.round(bytes / 1e6)}`).join(', ');
}

function row([name = '', cost = '', ...figures]: readonly string[]): string {
  return `${name.padEnd(22)}${cost.padStart(23)}${figures.map((figure) => figure.padStart(11)).join('')}`;
}
