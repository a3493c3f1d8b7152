// One run: clients read and write for some time while things go wrong; then everything comes to rest and is compared with the
// stores.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { Announcer } from './announcing.js';
import { Client } from './client.js';
import { takeCourse, type Phase } from './course.js';
import { usualDelays, type Fault, type Scene } from './faults.js';
import { judge, type Verdict } from './history.js';
import { Log } from './log.js';
import { details, figuresOf, Metrics, type CacheFigures } from './metrics.js';
import { Random, Zipf } from './random.js';
import { readAllOnce, readerOf, readItems, readSomething, type Way } from './reading.js';
import { compareWithStores } from './at-rest.js';
import { exponent, keys } from './scale.js';
import { Clocks, settingsOf } from './settings.js';
import { startSystem, type System } from './system.js';
import type { Variant } from './variants.js';
import { doubt, holdOpen, writeSomething, type Writer } from './writing.js';

export interface RunOptions {
  /** A superuser's URL. */
  readonly postgres: string;
  readonly seed: number;
  /** At least. */
  readonly seconds: number;
  /** In each of its parts, at least. */
  readonly requestsEach: number;
  readonly isCached: boolean;
  readonly variant: Variant | null;
  /** Of all requests. */
  readonly writeShare: number;
  /** Of the routers, such as `2s`; where it is not said, the default. */
  readonly redisTimeout?: string;
  /** What goes wrong, in this order, over and over. */
  readonly faults: readonly Fault[];
  readonly say: (text: string) => void;
}

export interface Outcome extends Verdict, CacheFigures {
  /** In order; figures are of all of them. */
  readonly phases: readonly Phase[];
  readonly seconds: number;
  /** Keys of items that somebody has read. */
  readonly keysRead: number;
  /** Of all writes, those two at once on one key. */
  readonly pairedShare: number;
  /** Of what ran, in words. */
  readonly settings: readonly string[];
  readonly requests: number;
  readonly reads: number;
  readonly writes: number;
  readonly writeShare: number;
  /** Writes by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Those past the routers, which the endpoint was told of. */
  readonly directWrites: number;
  /** Keys that some router shows otherwise than the store, once nothing happens any more. */
  readonly staleAtRest: number;
  /** Of unknown outcome, yet in the store. */
  readonly unknownStored: number;
  /** Requests that failed while no router and no subgraph was away. */
  readonly problemsOfRedis: number;
  readonly problems: ReadonlyMap<string, number>;
}

const clients = 16;

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
  const zipf = new Zipf(keys, exponent);
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
    await readItems(first, readerOf(system, 0), ['0'], 'id version stock', log);
    if (options.isCached) await sleep(doubt);
    await readAllOnce(first, readerOf(system, 0), log);
  }
  const metrics = new Metrics(system.routers);
  const before = await metrics.counts();
  const clocks = await Clocks.start(system, items);
  let isOver = false;
  usualDelays(system, random.fork());
  const working = [
    ...Array.from({ length: clients }, (_, client) =>
      work(writerOf(client), log, options.writeShare, () => isOver),
    ),
    holdOpen(items, random.fork(), () => isOver),
    // Often, since what a router has counted is gone when it is killed.
    repeatedly(
      1_000,
      () => metrics.counts(),
      () => isOver,
    ),
  ];
  const scene: Scene = { system, random: random.fork(), writer: writerOf(clients), announcer, log };
  const phases = await takeCourse(scene, {
    seconds: options.seconds,
    requestsEach: options.requestsEach,
    faults: options.faults.filter(({ ofRedis }) => options.isCached || !ofRedis),
    counts: () => metrics.counts(),
    say: options.say,
  });
  isOver = true;
  await Promise.all(working);
  const counts = (await metrics.counts()).since(before);
  const figures = figuresOf(counts);
  for (const line of details(counts)) options.say(`  ${line}`);
  for (const { wire } of Object.values(system.subgraphs)) wire.holdUp(() => 0);
  for (const { wire } of system.routers) wire.holdUp(() => 0);
  await sleep(doubt);
  const settings = await settingsOf(system, items, clocks);
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
    phases,
    examples: [...verdict.examples, ...atRest.slice(0, 10)],
    staleAtRest: atRest.length,
    seconds: Math.round(phases.reduce((sum, { seconds }) => sum + seconds, 0)),
    keysRead: new Set(log.reads.map(({ key }) => key).filter((key) => key.startsWith('item:'))).size,
    pairedShare: log.pairedWrites / log.begunWrites,
    settings,
    unknownStored: history.writes.filter(({ outcome }) => outcome === 'unknown').length,
    problemsOfRedis: log.problemsOfRedis,
    requests: log.requests,
    reads: log.reads.length,
    writes: log.writes.length,
    writeShare: log.writes.length / log.requests,
    outcomes,
    directWrites: log.writes.filter(({ path }) => path === 'direct').length,
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

async function repeatedly(pause: number, act: () => Promise<unknown>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await act();
    await sleep(pause);
  }
}
