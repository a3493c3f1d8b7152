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
import { faults, faultsNamed, type Fault } from './faults.js';
import { lastLine, objections, type VariantOutcome } from './report.js';
import { run, type Outcome } from './run.js';
import { variantWriteShare, writeShare } from './scale.js';
import { variants, variantNamed, type Variant } from './variants.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '3' },
    only: { type: 'string' },
    variant: { type: 'string' },
    uncached: { type: 'boolean', default: false },
  },
});
// As in scripts/build.mjs: it collects garbage as if it ran for hours.
process.env['GOGC'] ??= '400';
const seed = Number(values.seed);
const variantSeconds = 30;
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const folder = await makeThrowawayFolder('prove');
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
try {
  process.exitCode = await prove();
} finally {
  await server.stop();
  for (const made of new Set([dirname(server.dataDir), folder]))
    await rm(made, { recursive: true, force: true });
}

async function prove(): Promise<number> {
  const { only } = values;
  const chosen = only === undefined ? faults : faultsNamed(only.split(',').filter((id) => id !== ''));
  const variant = values.variant === undefined ? null : variantNamed(values.variant);
  const outcome = await attempt(variant, Number(values.minutes) * 60, chosen);
  const others: VariantOutcome[] = [];
  if (variant === null && only === undefined && !values.uncached) {
    for (const each of variants)
      others.push({ id: each.id, outcome: await attempt(each, variantSeconds, faultsNamed(each.faults)) });
  }
  const against = objections(outcome, others);
  if (!values.uncached && variant === null) for (const objection of against) say(objection);
  say(lastLine(seed, outcome, others));
  return against.length > 0 ? 1 : 0;
}

async function attempt(variant: Variant | null, seconds: number, chosen: readonly Fault[]): Promise<Outcome> {
  say(
    `${variant === null ? 'the router as it ships' : `${variant.id}: ${variant.what}`}, seed ${seed}, ${seconds} s`,
  );
  const isCached = !values.uncached;
  const outcome = await run({
    postgres: server.url,
    seed,
    seconds,
    isCached,
    variant,
    writeShare: variant === null ? writeShare : variantWriteShare,
    faults: chosen,
    say,
  });
  for (const example of outcome.examples.slice(0, variant === null ? 40 : 3)) say(`  ${example}`);
  for (const [problem, count] of outcome.problems) say(`  ${count} × ${problem}`);
  return outcome;
}
