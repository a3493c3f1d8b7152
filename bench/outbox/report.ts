// A table of both contestants, and last lines that say which targets this run met.
import { median, ratios } from '../measuring/figures.js';
import type { Measurement, Turn } from './measure.js';

/** What the events issue sets for an outbox without payload. */
const least = 0.8;

export function report(measurements: readonly Measurement[]): void {
  const rounds = measurements[0]?.turns.plain.length ?? 0;
  console.log(
    `writes with and without \`captureWrites\`, by pgbench with fsync on (medians of ${rounds} rounds)`,
  );
  console.log(row(['', 'writes / s', '', 'captured / plain', 'latency ms', '', 'CPU ms per 1,000', '']));
  console.log(row(['clients', 'plain', 'captured', '(spread)', 'plain', 'captured', 'plain', 'captured']));
  const verdicts: string[] = [];
  for (const { write, clients, turns } of measurements) {
    const { plain, captured } = turns;
    const shares = ratios(captured, plain, ({ perSecond }) => perSecond);
    const share = median(shares);
    console.log(
      row([
        `${write} ${clients}`,
        ...[plain, captured].map((each) => of(each, ({ perSecond }) => perSecond).toFixed(0)),
        `${share.toFixed(2)} (${Math.min(...shares).toFixed(2)}-${Math.max(...shares).toFixed(2)})`,
        ...[plain, captured].map((each) => of(each, ({ latency }) => latency).toFixed(2)),
        ...[plain, captured].map((each) => {
          const cost = of(each, costOfThousand);
          return Number.isNaN(cost) ? '?' : cost.toFixed(1);
        }),
      ]),
    );
    verdicts.push(
      `${write}, clients: ${clients}: ${share.toFixed(2)} of the writes a second without capture, at least ${least}: ${share >= least ? 'met' : 'MISSED'}`,
    );
  }
  console.log(
    'CPU: of the server with its background processes, without pgbench; ?: the system does not tell',
  );
  console.log(`\ntargets${rounds < 5 ? ' (too few rounds to judge)' : ''}:`);
  for (const verdict of verdicts) console.log(`  ${verdict}`);
}

function of(turns: readonly Turn[], figure: (turn: Turn) => number): number {
  return median(turns.map(figure));
}

/** Milliseconds. */
function costOfThousand({ cpuSeconds, transactions }: Turn): number {
  return cpuSeconds === null ? NaN : (cpuSeconds / transactions) * 1e6;
}

function row([name = '', plain = '', captured = '', share = '', ...rest]: readonly string[]): string {
  const cells = [plain, captured].map((cell) => cell.padStart(12)).join('');
  return `${name.padEnd(14)}${cells}${share.padStart(20)}${rest.map((cell) => cell.padStart(18)).join('')}`;
}
