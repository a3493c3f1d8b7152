// One run: clients read and write for some time while things go wrong; then everything comes to rest and is compared with the
// stores.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { Announcer } from './announcing.js';
import { Client } from './client.js';
import { usualDelays, type Fault, type Scene } from './faults.js';
import { judge, type Verdict } from './history.js';
import { Log } from './log.js';
import { details, figuresOf, Metrics, type CacheFigures } from './metrics.js';
import { Random, Zipf } from './random.js';
import { readAllOnce, readerOf, readSomething, type Way } from './reading.js';
import { compareWithStores } from './at-rest.js';
import { keys } from './scale.js';
import { startSystem, type System } from './system.js';
import type { Variant } from './variants.js';
import { doubt, holdOpen, writeSomething, type Writer } from './writing.js';

export interface RunOptions {
  /** A superuser's URL. */
  readonly postgres: string;
  readonly seed: number;
  readonly seconds: number;
  readonly isCached: boolean;
  readonly variant: Variant | null;
  /** Of all requests. */
  readonly writeShare: number;
  /** What goes wrong, in this order, over and over. */
  readonly faults: readonly Fault[];
  readonly say: (text: string) => void;
}

export interface Outcome extends Verdict, CacheFigures {
  /** While nothing went wrong yet: the first third. */
  readonly undisturbed: CacheFigures;
  readonly seconds: number;
  readonly routers: number;
  readonly requests: number;
  readonly reads: number;
  readonly writes: number;
  readonly writeShare: number;
  /** Writes by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Keys that some router shows otherwise than the store, once nothing happens any more. */
  readonly staleAtRest: number;
  /** Of unknown outcome, yet in the store. */
  readonly unknownStored: number;
  /** Requests that failed while no router and no subgraph was away. */
  readonly problemsOfRedis: number;
  readonly faults: readonly string[];
  readonly problems: ReadonlyMap<string, number>;
}

const clients = 12;

export async function run(options: RunOptions): Promise<Outcome> {
  const system = await startSystem({ ...options, routers: 2 });
  const ways = system.routers.map(({ process }, router) => ({ router, client: new Client(process.url) }));
  const stores = Object.values(system.subgraphs).map(({ databaseUrl }) => {
    const pool = new Pool({ connectionString: databaseUrl, max: 8 });
    pool.on('error', () => undefined);
    return pool;
  });
  try {
    return await runOn(system, ways, stores, options);
  } finally {
    await Promise.all([...ways.map(({ client }) => client.close()), ...stores.map((store) => store.end())]);
    await system.stop();
  }
}

async function runOn(
  system: System,
  ways: readonly Way[],
  stores: readonly Pool[],
  options: RunOptions,
): Promise<Outcome> {
  const random = new Random(options.seed);
  const log = new Log();
  const zipf = new Zipf(keys);
  const announcer = new Announcer(system, random.fork());
  const [items] = stores;
  if (items === undefined) throw new Error('expected a store');
  let nonces = 0;
  const writerOf = (client: number): Writer => {
    const own = random.fork();
    return {
      reader: readerOf(system, client),
      random: own,
      zipf,
      log,
      nonce: () => `${options.seed}-${(nonces += 1)}`,
      way: () => own.of(ways),
      ways,
      items,
      wire: system.subgraphs.items.wire,
      announce: announcer,
    };
  };
  const [first] = ways;
  if (first !== undefined) {
    // The stores' records are made by the first who looks, and a mutation may have been under way before: all is fenced once.
    await readSomething(first, readerOf(system, 0), random.fork(), zipf, log);
    if (options.isCached) await sleep(doubt);
    await readAllOnce(first, readerOf(system, 0), log);
  }
  const metrics = await Metrics.from(system.routers);
  let isOver = false;
  usualDelays(system, random.fork());
  const working = [
    ...Array.from({ length: clients }, (_, client) =>
      work(writerOf(client), log, options.writeShare, () => isOver),
    ),
    holdOpen(items, random.fork(), () => isOver),
    repeatedly(
      1_000,
      () => metrics.collect(),
      () => isOver,
    ),
  ];
  const scene: Scene = { system, random: random.fork(), writer: writerOf(clients), announcer };
  const quiet = options.seconds / 3;
  await sleep(quiet * 1_000);
  await metrics.collect();
  const undisturbed = figuresOf(metrics);
  const happened = await goWrong(scene, { ...options, seconds: options.seconds - quiet }, log);
  isOver = true;
  await Promise.all(working);
  await metrics.collect();
  const figures = figuresOf(metrics);
  for (const line of details(metrics)) options.say(`  ${line}`);
  for (const { wire } of Object.values(system.subgraphs)) wire.holdUp(() => 0);
  for (const { wire } of system.routers) wire.holdUp(() => 0);
  await sleep(doubt);
  const history = await log.history(stores);
  const verdict = judge(history);
  const atRest = await compareWithStores(system, ways, stores);
  for (const { process } of [...system.routers, ...Object.values(system.subgraphs)])
    for (const line of process.complaints()) options.say(`  ${line}`);
  const outcomes: Record<string, number> = {};
  for (const { outcome } of log.writes) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    ...verdict,
    ...figures,
    undisturbed,
    examples: [...verdict.examples, ...atRest.slice(0, 10)],
    staleAtRest: atRest.length,
    seconds: options.seconds,
    routers: ways.length,
    unknownStored: history.writes.filter(({ outcome }) => outcome === 'unknown').length,
    problemsOfRedis: log.problemsOfRedis,
    requests: log.requests,
    reads: log.reads.length,
    writes: log.writes.length,
    writeShare: log.writes.length / log.requests,
    outcomes,
    faults: happened,
    problems: log.problems,
  };
}

/** One thing after another; whether it is a write is told by how many there were so far. */
async function work(writer: Writer, log: Log, writeShare: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    if (log.begunWrites < log.requests * writeShare) await writeSomething(writer);
    else await readSomething(writer.way(), writer.reader, writer.random, writer.zipf, log);
  }
}

async function repeatedly(pause: number, act: () => Promise<void>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await act();
    await sleep(pause);
  }
}

/** Each has a part of the run for itself, of which the seed says when; where there is time, all of them come again. */
async function goWrong(scene: Scene, options: RunOptions, log: Log): Promise<string[]> {
  const milliseconds = options.seconds * 1_000;
  const began = performance.now();
  const happened: string[] = [];
  const due = options.faults.filter(({ ofRedis }) => options.isCached || !ofRedis);
  const rounds = Math.max(1, Math.round(milliseconds / (due.length * usualPart)));
  const all = Array.from({ length: rounds }, () => due).flat();
  for (const [nth, fault] of all.entries()) {
    const part = milliseconds / all.length;
    const at = began + part * (nth + 0.3 + 0.3 * scene.random.next());
    await sleep(Math.max(0, at - performance.now()));
    options.say(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${fault.id}`);
    log.isAway = !fault.ofRedis;
    await fault.happen(scene);
    if (log.isAway) await sleep(500);
    log.isAway = false;
    happened.push(fault.id);
  }
  await sleep(Math.max(0, began + milliseconds - performance.now()));
  return happened;
}

/** Milliseconds that a fault gets, with quiet before and after it. */
const usualPart = 18_000;
