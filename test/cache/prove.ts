/**
 * npm run prove:cache [-- --seed N --minutes N --only FAULT,FAULT --variant ID --uncached]
 *
 * Runs the checker on the router as it ships, while everything goes wrong that may, and then on each cache that is not ours. The
 * last line has every count; the exit code is 1 where it does not prove what it is for.
 */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeThrowawayFolder, startEmbeddedPostgres } from '@selvedge/embedded';
import { guard } from '@selvedge/testkit';
import { faults, faultsNamed, type Fault } from './faults.js';
import { anomalies, lastLine, objections, type VariantOutcome } from './report.js';
import { run, type Outcome } from './run.js';
import { writeShare } from './scale.js';
import { variants, variantNamed, type Variant } from './variants.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '7' },
    only: { type: 'string' },
    variant: { type: 'string' },
    uncached: { type: 'boolean', default: false },
  },
});
// As in scripts/build.mjs: it collects garbage as if it ran for hours.
process.env['GOGC'] ??= '400';
const seed = Number(values.seed);
/** For each time that a variant is tried, until it is caught; with others' luck it is sooner or later. */
const variantSeconds = 30;
const variantAttempts = 3;
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const folder = await makeThrowawayFolder('prove');
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
// However this ends, nothing is left running: other processes end with this one's exit or with their channel to it.
const watch = guard(server.pid, dirname(server.dataDir));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  process.exitCode = await prove();
} finally {
  await server.stop();
  for (const made of new Set([dirname(server.dataDir), folder]))
    await rm(made, { recursive: true, force: true });
  watch.dismiss();
}

async function prove(): Promise<number> {
  const { only } = values;
  const chosen = only === undefined ? faults : faultsNamed(only.split(',').filter((id) => id !== ''));
  const variant = values.variant === undefined ? null : variantNamed(values.variant);
  const outcome = await attempt(variant, seed, Number(values.minutes) * 60, chosen);
  const others: VariantOutcome[] = [];
  if (variant === null && only === undefined && !values.uncached) {
    for (const each of variants) others.push(await tryToCatch(each));
  }
  const against = objections(outcome, others);
  if (!values.uncached && variant === null) for (const objection of against) say(objection);
  say(lastLine(seed, outcome, others));
  return against.length > 0 ? 1 : 0;
}

async function tryToCatch(variant: Variant): Promise<VariantOutcome> {
  const outcomes: Outcome[] = [];
  const isCaught = () => outcomes.some((outcome) => anomalies(outcome) > 0);
  while (!isCaught() && outcomes.length < variantAttempts)
    outcomes.push(
      await attempt(variant, seed + outcomes.length, variantSeconds, faultsNamed(variant.faults)),
    );
  return { id: variant.id, outcomes };
}

async function attempt(
  variant: Variant | null,
  ofAttempt: number,
  seconds: number,
  chosen: readonly Fault[],
): Promise<Outcome> {
  const what = variant === null ? 'the router as it ships' : `${variant.id}: ${variant.what}`;
  say(`${what}, seed ${ofAttempt}, ${seconds} s`);
  const isCached = !values.uncached;
  const outcome = await run({
    postgres: server.url,
    seed: ofAttempt,
    seconds,
    isCached,
    variant,
    writeShare,
    requestsEach: 0,
    faults: chosen,
    say,
  });
  for (const example of outcome.examples.slice(0, variant === null ? 40 : 3)) say(`  ${example}`);
  for (const [problem, count] of outcome.problems) say(`  ${count} × ${problem}`);
  return outcome;
}
