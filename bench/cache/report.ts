// From turns to a table a workload, and last lines that say which targets this run met.
import { median, ratios } from '../measuring/figures.js';
import { cpuPerThousand, type Turn } from '../measuring/turns.js';
import { descriptions, targets, type Contestant, type Target } from './contestants.js';
import type { InvalidationCost } from './invalidation.js';
import type { Measurement, Seen } from './measure.js';

export function report(measurements: readonly Measurement[]): void {
  if (measurements.length === 0) return;
  const verdicts: string[] = [];
  for (const workload of new Set(measurements.map((measurement) => measurement.workload))) {
    const lanes = measurements.filter((measurement) => measurement.workload === workload);
    console.log(`\n${workload.name}: ${workload.title} (medians of ${lanes[0]?.turns.length ?? 0} rounds)`);
    console.log(header);
    for (const lane of lanes) console.log(tableRow(lane, lanes));
    for (const target of targets) {
      const verdict = verdictOn(target, lanes);
      if (verdict !== null) verdicts.push(`${workload.name}: ${verdict}`);
    }
  }
  for (const contestant of new Set(measurements.map((measurement) => measurement.contestant)))
    console.log(`${contestant}: ${descriptions[contestant]}`);
  const isSmokeRun = measurements.some(({ turns }) => turns.length < 5);
  console.log(`\ntargets${isSmokeRun ? ' (too few rounds to judge)' : ''}:`);
  for (const verdict of verdicts) console.log(`  ${verdict}`);
}

export function reportInvalidation(costs: readonly InvalidationCost[]): void {
  const [least] = costs;
  const most = costs.at(-1);
  if (least === undefined || most === undefined) return;
  console.log('\ninvalidation: one write, by how many entries carry its tag; milliseconds');
  console.log(
    costRow(['entries', 'settle', 'p99', 'with intent', 'p99', 'Redis CPU', 'deleting', 'bytes each']),
  );
  for (const { entries, settle, mutation, settleCpu, deletion, bytesPerEntry } of costs)
    console.log(
      costRow([
        entries.toLocaleString('en'),
        settle.p50.toFixed(3),
        settle.p99.toFixed(3),
        mutation.p50.toFixed(3),
        mutation.p99.toFixed(3),
        settleCpu.toFixed(3),
        deletion.toFixed(2),
        entries === most.entries ? bytesPerEntry.toFixed(0) : '',
      ]),
    );
  console.log(
    'with intent: both calls of a mutation; deleting: a cache that finds what carries a tag, and deletes it',
  );
  console.log(
    `bytes each: of Redis, for ${most.valueBytes} bytes of JSON with a tag of all and one of its own`,
  );
  const ratio = most.settle.p50 / least.settle.p50;
  console.log(
    `  settling with ${most.entries.toLocaleString('en')} entries takes ${ratio.toFixed(2)} of the time with ${least.entries}, flat within ${flatness}: ${ratio <= flatness ? 'met' : 'MISSED'}`,
  );
}

/** How much longer the largest may take: two runs differ by as much on a busy machine. */
const flatness = 1.25;

function costRow(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(12)).join('');
}

const header = [
  row(['', 'CPU s per 1,000', '/ @apollo/', '', '', '', 'Redis CPU', 'Redis', 'subgraph', 'subgraph', '', '', 'resident']),
  row(['', '(spread)', 'server', '/ floor', '/ cold', 'req / s', 'per 1,000', 'commands', 'CPU', 'requests', 'p50 ms', 'p99 ms', 'MB']),
].join('\n'); // prettier-ignore

function tableRow(lane: Measurement, lanes: readonly Measurement[]): string {
  const { contestant, turns, seen } = lane;
  const cost = turns.map(cpuPerThousand);
  return row([
    contestant,
    `${median(cost).toFixed(3)} (${Math.min(...cost).toFixed(3)}-${Math.max(...cost).toFixed(3)})`,
    relative(lane, 'apollo-constant', lanes),
    relative(lane, 'constant', lanes),
    relative(lane, 'cold', lanes),
    median(turns.map(({ requests, seconds }) => requests / seconds)).toFixed(0),
    perThousand(lane, 'redisCpuSeconds').toFixed(3),
    (perThousand(lane, 'redisCommands') / 1_000).toFixed(2),
    perThousand(lane, 'subgraphCpuSeconds').toFixed(3),
    (perThousand(lane, 'subgraphRequests') / 1_000).toFixed(2),
    median(turns.map((turn) => turn.p50)).toFixed(1),
    median(turns.map((turn) => turn.p99)).toFixed(1),
    String(Math.round(lane.residentBytes / 1e6)),
  ]);

  function perThousand({ turns: all }: Measurement, of: keyof Seen): number {
    return median(seen.map((each, round) => (each[of] / (all[round]?.requests ?? 1)) * 1_000));
  }
}

/** Such as `1/14.2` or `1.31`. */
function relative(lane: Measurement, yardstick: Contestant, lanes: readonly Measurement[]): string {
  const other = lanes.find(({ contestant }) => contestant === yardstick);
  return other === undefined ? '' : fraction(median(ratios(lane.turns, other.turns, cpuPerThousand)));
}

function fraction(ratio: number): string {
  return ratio < 0.5 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(2);
}

/** Such as `whole-answers takes 1.31 of the CPU of apollo-constant, at most 1.5 times: met`; null where one of the two did not run. */
function verdictOn(
  { contestant, yardstick, of, limit }: Target,
  lanes: readonly Measurement[],
): string | null {
  const [lane, other] = [contestant, yardstick].map((name) => lanes.find((each) => each.contestant === name));
  if (lane === undefined || other === undefined) return null;
  const [costs, others] = [lane, other].map(({ turns, seen }) =>
    turns.map((turn, round) => costOf(turn, seen[round], of)),
  );
  const ratio = median(ratios(costs ?? [], others ?? [], (cost) => cost));
  const compared = `${contestant} takes ${fraction(ratio)} of the CPU of ${yardstick}, ${of}`;
  if (limit === null) return compared;
  return `${compared}, at most ${limit.wording}: ${ratio <= limit.ratio ? 'met' : 'MISSED'}`;
}

function costOf(turn: Turn, seen: Seen | undefined, of: Target['of']): number {
  const redis = of === 'with Redis' ? (seen?.redisCpuSeconds ?? 0) : 0;
  const subgraphs =
    of === 'with Redis and subgraphs' ? (seen?.redisCpuSeconds ?? 0) + (seen?.subgraphCpuSeconds ?? 0) : 0;
  return (turn.cpuSeconds + redis + subgraphs) / turn.requests;
}

function row([name = '', cost = '', ...figures]: readonly string[]): string {
  return `${name.padEnd(26)}${cost.padStart(23)}${figures.map((figure) => figure.padStart(11)).join('')}`;
}
