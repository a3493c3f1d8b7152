/**
 * The differential test itself, without a test framework, so that it can also run on a router that was broken on purpose.
 */
import { parse, validate } from 'graphql';
import { compare, type Difference } from './compare.js';
import { explain } from './differences.js';
import type { Answer, Engine, StartEngine } from './engines.js';
import { FeatureCount, type Met } from './features.js';
import { generateModel } from './generate-model.js';
import { generateOperation, type Operation } from './generate-operation.js';
import { hiddenNames, type Model } from './model.js';
import { withParts } from './parts.js';
import { reduce, smallerModels, smallerOperations } from './reduce.js';
import { sample } from './sample.js';
import { subgraphSdl } from './sdl.js';
import { DoesNotCompose, startCase, type SupergraphCase } from './supergraph-case.js';

export interface FuzzOptions {
  readonly seed: number;
  /** Supergraphs that compose. */
  readonly supergraphs: number;
  readonly operationsEach: number;
  readonly startOurs: StartEngine;
  /** Whether stock ApolloGateway is compared as well. */
  readonly withStock: boolean;
  /** How long a failure may be made smaller, in milliseconds. */
  readonly reduceFor: number;
  /** After so many it ends. */
  readonly maxFailures: number;
}

export interface FuzzReport {
  readonly features: FeatureCount;
  readonly supergraphs: number;
  readonly doNotCompose: number;
  readonly operations: number;
  /** Of ours and of stock: how often each explained difference was met. */
  readonly explained: ReadonlyMap<string, number>;
  /** Reproductions to read. */
  readonly failures: readonly string[];
}

type Compared = 'ours' | 'stock';

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const features = new FeatureCount();
  const explained = new Map<string, number>();
  const failures: string[] = [];
  const report = { features, explained, failures, supergraphs: 0, doNotCompose: 0, operations: 0 };
  for (let next = options.seed; report.supergraphs < options.supergraphs;) {
    const { model, seed } = chooseModel(next, features);
    next = seed + 1;
    const started = await tryToStart(model, options);
    if (started === undefined) {
      report.doNotCompose += 1;
      if (report.doNotCompose > 10 + report.supergraphs) throw new Error('expected most models to compose');
      continue;
    }
    report.supergraphs += 1;
    features.supergraph(model);
    const operations = sample(
      (draw) => generateOperation(draw, started.apiSchema),
      seed,
      options.operationsEach,
    );
    try {
      for (const operation of operations) {
        report.operations += 1;
        const found = await check(started, operation, options, { explained, features });
        if (found === undefined) continue;
        failures.push(await reproduce(model, operation, { seed, options, found }));
        if (failures.length >= options.maxFailures) return report;
      }
    } finally {
      await started.stop();
    }
  }
  return report;
}

/** The next that has something new, if there is one nearby: so that few supergraphs are enough to meet everything. */
function chooseModel(from: number, features: FeatureCount): { readonly model: Model; readonly seed: number } {
  for (let seed = from; seed < from + 40; seed += 1) {
    const model = modelOf(seed);
    if (features.isNews(model)) return { model, seed };
  }
  return { model: modelOf(from), seed: from };
}

/** The model that a seed stands for. */
export function modelOf(seed: number): Model {
  const [model] = sample(generateModel, seed, 1);
  if (model === undefined) throw new Error('expected a model');
  return model;
}

export interface Found {
  readonly of: Compared;
  readonly differences: readonly Difference[];
  readonly referee: Answer;
  readonly answer: Answer;
}

interface Counts {
  readonly explained: Map<string, number>;
  readonly features?: FeatureCount;
}

async function tryToStart(model: Model, options: FuzzOptions): Promise<SupergraphCase | undefined> {
  try {
    return await startCase(model, options);
  } catch (error) {
    if (error instanceof DoesNotCompose) return undefined;
    throw error;
  }
}

/** @returns what no entry explains */
export async function check(
  started: SupergraphCase,
  operation: Operation,
  options: Pick<FuzzOptions, 'withStock'>,
  counts: Counts,
): Promise<Found | undefined> {
  if (validate(started.apiSchema, parse(operation.query)).length > 0) return undefined;
  const referee = await ask(started, started.referee, operation);
  const met: Met = { referee, ours: undefined, parts: 0 };
  for (const of of ['ours', 'stock'] as const) {
    const engine = started[of];
    if (engine === undefined || (of === 'stock' && !options.withStock)) continue;
    const answer = await ask(started, engine, operation);
    const found = [...compare(referee, answer), ...leaks(started, answer)];
    if (of === 'ours') {
      met.ours = answer;
      if (found.length === 0) found.push(...(await compareParts(engine, operation, met)));
    }
    const differences = found.filter((difference) => {
      const entry = explain(difference, { model: started.model, operation, referee, answer }, of);
      if (entry === undefined) return true;
      const key = `${of}: ${entry.id}`;
      counts.explained.set(key, (counts.explained.get(key) ?? 0) + 1);
      return false;
    });
    if (differences.length > 0) return { of, differences, referee, answer };
  }
  counts.features?.operation(operation, met);
  return undefined;
}

/** Whether anything but data, which is compared, names what is hidden. */
function leaks({ model, sdl }: SupergraphCase, { errors, extensions }: Answer): Difference[] {
  // What no subgraph has a use for is nowhere in the supergraph.
  const names = hiddenNames(model).filter((name) => new RegExp(`\\b${name}\\b`).test(sdl));
  const text = JSON.stringify([errors, extensions]);
  const leaked = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  return leaked.length === 0 ? [] : [{ kind: 'leak', path: [], expected: leaked, got: text }];
}

/** Where nothing failed, parts put together are the whole: a failure takes less with it when it comes in a part. */
async function compareParts(engine: Engine, operation: Operation, met: Met): Promise<Difference[]> {
  if (operation.cut === undefined || met.referee.errors.length > 0) return [];
  const query = withParts(operation);
  const inParts = await engine.runInParts?.(query, operation.variables);
  if (inParts === undefined) return [];
  const { data, errors, parts } = inParts;
  met.parts = parts;
  const answer = { data, errors };
  const differences = compare(met.referee, answer).filter(
    ({ kind }) => kind !== 'order' && kind !== 'changes',
  );
  return differences.length === 0
    ? []
    : [...differences, { kind: 'parts', path: [], expected: query, got: answer }];
}

/** The changes that it made are part of an answer. */
async function ask(
  { world }: SupergraphCase,
  engine: Engine,
  { query, variables }: Operation,
): Promise<Answer> {
  world.changes.length = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => {
      resolve({ data: null, errors: [{ message: 'there was no answer within 10 seconds' }] });
    }, 10_000);
  });
  try {
    const answer = await Promise.race([engine.run(query, variables), late]);
    return world.changes.length === 0 ? answer : { ...answer, changes: [...world.changes] };
  } catch (error) {
    return { data: null, errors: [{ message: `it threw ${String(error)}` }] };
  } finally {
    clearTimeout(timer);
  }
}

interface Failure {
  readonly seed: number;
  readonly options: FuzzOptions;
  readonly found: Found;
}

async function reproduce(
  model: Model,
  operation: Operation,
  { seed, options, found }: Failure,
): Promise<string> {
  let last = found;
  const until = Date.now() + options.reduceFor;
  const failsOn = async (started: SupergraphCase, candidate: Operation) => {
    const again = await check(started, candidate, options, { explained: new Map() });
    if (again?.of === found.of) last = again;
    return again?.of === found.of;
  };
  const withCase = async <T>(
    of: Model,
    run: (started: SupergraphCase) => Promise<T>,
    otherwise: T,
  ): Promise<T> => {
    let started: SupergraphCase | undefined;
    try {
      started = await startCase(of, options);
    } catch {
      return otherwise;
    }
    try {
      return await run(started);
    } finally {
      await started.stop();
    }
  };
  const reduceOperation = (of: Model, from: Operation) =>
    withCase(
      of,
      (started) => reduce(from, smallerOperations, (candidate) => failsOn(started, candidate), until),
      from,
    );
  let small = await reduceOperation(model, operation);
  const smallModel = await reduce(
    model,
    smallerModels,
    (candidate) => withCase(candidate, (started) => failsOn(started, small), false),
    until,
  );
  small = await reduceOperation(smallModel, small);
  await withCase(smallModel, (started) => failsOn(started, small), false);
  return describe(smallModel, small, last, seed);
}

function describe(model: Model, { query, variables }: Operation, found: Found, seed: number): string {
  const { of, differences, referee, answer } = found;
  const sdl = (name: string) =>
    `# subgraph ${name}\n${subgraphSdl(model, name).split('\n').slice(4).join('\n')}`;
  return [
    `FUZZ_SEED=${seed}: ${of === 'ours' ? 'our router' : 'stock ApolloGateway'} differs from the referee`,
    ...model.subgraphs.map(sdl),
    `# operation\n${query}\nvariables ${JSON.stringify(variables)}`,
    `# differences\n${differences.map((each) => JSON.stringify(each)).join('\n')}`,
    `# the referee's answer\n${JSON.stringify(referee)}`,
    `# the answer\n${JSON.stringify(answer)}`,
  ].join('\n\n');
}
