/**
 * The differential test on routers with a fault each, as one program: supergraphs, their data and the referee are the
 * same for all, and a fault costs no more than its router and the operations up to the first wrong answer. Prints what
 * caught each.
 */
import { pathToFileURL } from 'node:url';
import type { StartEngine } from './engines.js';
import { generateOperation, type Operation } from './generate-operation.js';
import { check, modelOf, type Found } from './run-fuzz.js';
import { sample } from './sample.js';
import { DoesNotCompose, startCase, type SupergraphCase } from './supergraph-case.js';

/** One that is to be run. */
export interface FaultRun {
  readonly id: string;
  /** The path of a module with `startRouterEngine`. */
  readonly engine: string;
  /** Supergraphs, one after the other until one of them shows it. */
  readonly seeds: readonly number[];
}

export interface FaultOutcome {
  readonly id: string;
  /** `null`: all answers were right. */
  readonly caught: { readonly seed: number; readonly query: string; readonly difference: string } | null;
}

process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
const { runs, operationsEach } = JSON.parse(process.argv[2] ?? '') as {
  readonly runs: readonly FaultRun[];
  readonly operationsEach: number;
};
const outcomes = new Map(runs.map(({ id }): [string, FaultOutcome] => [id, { id, caught: null }]));
for (const seed of new Set(runs.flatMap(({ seeds }) => seeds))) {
  const left = runs.filter(({ id, seeds }) => seeds.includes(seed) && outcomes.get(id)?.caught === null);
  if (left.length > 0) await runAll(left, seed);
}
process.stdout.write(JSON.stringify([...outcomes.values()]));
process.exit(0);

async function runAll(left: readonly FaultRun[], seed: number): Promise<void> {
  const started = await startCase(modelOf(seed), { startOurs: nobody, withStock: false }).catch(noCase);
  if (started === undefined) return;
  const operations = sample((draw) => generateOperation(draw, started.apiSchema), seed, operationsEach);
  for (const run of left) {
    const found = await firstWrong(run, started, operations);
    if (found === undefined) continue;
    const { query, differences } = found;
    outcomes.set(run.id, { id: run.id, caught: { seed, query, difference: JSON.stringify(differences[0]) } });
  }
}

async function firstWrong(
  run: FaultRun,
  started: SupergraphCase,
  operations: readonly Operation[],
): Promise<(Found & Operation) | undefined> {
  const { startRouterEngine } = (await import(pathToFileURL(run.engine).href)) as {
    startRouterEngine: StartEngine;
  };
  const ours = await startRouterEngine(started);
  try {
    for (const operation of operations) {
      const found = await check(
        { ...started, ours },
        operation,
        { withStock: false },
        { explained: new Map() },
      );
      if (found !== undefined) return { ...found, ...operation };
    }
    return undefined;
  } finally {
    await ours?.stop();
  }
}

function noCase(error: unknown): undefined {
  if (!(error instanceof DoesNotCompose)) throw error;
}

function nobody(): Promise<undefined> {
  return Promise.resolve(undefined);
}
