// From turns to a table a workload, and last lines that say which targets this run met.
import { median, ratios } from '../measuring/figures.js';
import { cpuPerThousand, type Turn } from '../measuring/turns.js';
import { descriptions, targets, type Compared, type Contestant, type Target } from './contestants.js';
import type { InvalidationCost } from './invalidation.js';
import type { Measurement, Seen } from './measure.js';

/** The targets come last, and what is only to be known before them. */
export function report(measurements: readonly Measurement[], costs: readonly InvalidationCost[]): void {
  const known: string[] = [];
  const verdicts: string[] = [];
  for (const workload of new Set(measurements.map((measurement) => measurement.workload))) {
    const lanes = measurements.filter((measurement) => measurement.workload === workload);
    console.log(`\n${workload.name}: ${workload.title} (medians of ${lanes[0]?.turns.length ?? 0} rounds)`);
    console.log(header);
    for (const lane of lanes) console.log(tableRow(lane, lanes));
    for (const target of targets[workload.origin]) {
      const ratio = ratioOf(target, lanes);
      if (ratio === null) continue;
      const line = `${workload.name}: ${sentenceOn(target, ratio)}`;
      (target.limit === null ? known : verdicts).push(line);
    }
  }
  for (const contestant of new Set(measurements.map((measurement) => measurement.contestant)))
    console.log(`${contestant}: ${descriptions[contestant]}`);
  if (measurements.length > 0) console.log(legend);
  verdicts.push(...reportInvalidation(costs));
  if (known.length > 0) printAll('compared:', known);
  const isSmokeRun = measurements.some(({ turns }) => turns.length < 5);
  printAll(`targets${isSmokeRun ? ' (too few rounds to judge)' : ''}:`, verdicts);
}

function printAll(title: string, lines: readonly string[]): void {
  console.log(`\n${title}`);
  for (const line of lines) console.log(`  ${line}`);
}

function reportInvalidation(costs: readonly InvalidationCost[]): string[] {
  const [least] = costs;
  const most = costs.at(-1);
  if (least === undefined || most === undefined) return [];
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
  return [
    `invalidation: settling with ${most.entries.toLocaleString('en')} entries takes ${ratio.toFixed(2)} of the time with ${least.entries}, flat within ${flatness}: ${verdict(ratio <= flatness)}`,
  ];
}

/** How much longer the largest may take: two runs differ by as much on a busy machine. */
const flatness = 1.25;

function costRow(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(12)).join('');
}

const header = [
  row(['', 'CPU s per 1,000', '/ @apollo/', '', '', '', 'req / s', 'CPU:', 'CPU:', 'CPU:', 'CPU:', 'Redis', 'subgraph', '', '', 'resident']),
  row(['', '(spread)', 'server', '/ floor', '/ cold', 'req / s', '/ cold', 'Redis', 'subgraphs', 'stores', 'all', 'commands', 'requests', 'p50 ms', 'p99 ms', 'MB']),
].join('\n'); // prettier-ignore

const legend =
  'CPU s per 1,000: of the contestant; all: with Redis, subgraphs and their PostgreSQL, without clients; ?: the system does not tell';

function tableRow(lane: Measurement, lanes: readonly Measurement[]): string {
  const { contestant, turns, seen } = lane;
  const cost = turns.map(cpuPerThousand);
  return row([
    contestant,
    `${median(cost).toFixed(3)} (${Math.min(...cost).toFixed(3)}-${Math.max(...cost).toFixed(3)})`,
    ...(['apollo-constant', 'constant', 'cold'] as const).map((name) =>
      relative(lane, name, lanes, cpuPerThousand),
    ),
    median(turns.map(throughput)).toFixed(0),
    relative(lane, 'cold', lanes, throughput),
    perThousand('redisCpuSeconds').toFixed(3),
    perThousand('subgraphCpuSeconds').toFixed(3),
    ...(seen.some(({ storeCpuSeconds }) => storeCpuSeconds === null)
      ? ['?', '?']
      : [perThousand('storeCpuSeconds').toFixed(3), allPerThousand().toFixed(3)]),
    (perThousand('redisCommands') / 1_000).toFixed(2),
    (perThousand('subgraphRequests') / 1_000).toFixed(2),
    median(turns.map((turn) => turn.p50)).toFixed(1),
    median(turns.map((turn) => turn.p99)).toFixed(1),
    String(Math.round(lane.residentBytes / 1e6)),
  ]);

  function perThousand(of: keyof Seen): number {
    return median(seen.map((each, round) => ((each[of] ?? 0) / (turns[round]?.requests ?? 1)) * 1_000));
  }

  function allPerThousand(): number {
    return median(turns.map((turn, round) => costOf(turn, seen[round], 'all processes') * 1_000));
  }
}

/** Such as `1/14.2` or `1.31`. */
function relative(
  lane: Measurement,
  yardstick: Contestant,
  lanes: readonly Measurement[],
  of: (turn: Turn) => number,
): string {
  const other = lanes.find(({ contestant }) => contestant === yardstick);
  return other === undefined ? '' : fraction(median(ratios(lane.turns, other.turns, of)));
}

function fraction(ratio: number): string {
  return ratio < 0.5 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(2);
}

/** Within each round; null where one of the two did not run. */
function ratioOf({ contestant, yardstick, of }: Target, lanes: readonly Measurement[]): number | null {
  const [own, others] = [contestant, yardstick].map((name) => {
    const lane = lanes.find((each) => each.contestant === name);
    return lane?.turns.map((turn, round) =>
      of === 'throughput' ? throughput(turn) : costOf(turn, lane.seen[round], of),
    );
  });
  if (own === undefined || others === undefined) return null;
  return median(ratios(own, others, (figure) => figure));
}

/** Such as `whole-answers takes 1.31 of the CPU of apollo-constant (router), at most 1.5 times: met`. */
function sentenceOn({ contestant, yardstick, of, limit }: Target, ratio: number): string {
  const compared =
    of === 'throughput'
      ? `${contestant} answers ${ratio.toFixed(2)} times the requests of ${yardstick} in a second`
      : `${contestant} takes ${fraction(ratio)} of the CPU of ${yardstick} (${of})`;
  if (limit === null) return compared;
  const isMet = of === 'throughput' ? ratio >= limit.ratio : ratio <= limit.ratio;
  return `${compared}, ${limit.wording}: ${verdict(isMet)}`;
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}

function throughput({ requests, seconds }: Turn): number {
  return requests / seconds;
}

/** CPU seconds of one request. */
function costOf(turn: Turn, seen: Seen | undefined, of: Exclude<Compared, 'throughput'>): number {
  const redis = seen?.redisCpuSeconds ?? 0;
  const origin = (seen?.subgraphCpuSeconds ?? 0) + (seen?.storeCpuSeconds ?? 0);
  const others = { router: 0, 'router and Redis': redis, 'all processes': redis + origin };
  return (turn.cpuSeconds + others[of]) / turn.requests;
}

function row([name = '', cost = '', ...figures]: readonly string[]): string {
  return `${name.padEnd(26)}${cost.padStart(23)}${figures.map((figure) => figure.padStart(10)).join('')}`;
}
