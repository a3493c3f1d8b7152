/** What the primary decides for all, with workers that die, refuse or say nothing when they are told to. */
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { Crew } from './crew.js';
import { Dispatcher } from './dispatcher.js';
import type { Served } from './messages.js';
import { StartRefused, WorkerEnded, WorkerProcess } from './worker-process.js';

const file = fileURLToPath(new URL('../testing/worker.mjs', import.meta.url));
const crews: Crew[] = [];

afterEach(async () => {
  await Promise.all(crews.splice(0).map((crew) => crew.stop(0)));
});

function crewOf(count: number, served: Partial<Served> = {}) {
  const launched: WorkerProcess[] = [];
  const told = new Map<WorkerProcess, unknown>();
  const onHopeless = vi.fn();
  const crew = new Crew(
    { sdl: 'first', configText: '', generation: 0, ...served },
    {
      count,
      launch(number, what) {
        const worker = new WorkerProcess(number, what, { file, args: [], execArgv: [] });
        launched.push(worker);
        return worker;
      },
      dispatcher: new Dispatcher(),
      backOff: { first: 1, longest: 5, steady: 60_000 },
      hopeless: 3,
      onHopeless,
      onMetrics: (worker, value) => told.set(worker, value),
      onEnded: (worker) => told.delete(worker),
      patience: { supergraph: 500, metrics: 5_000 },
      retirement: { patience: 1_000, linger: 0 },
      log: pino({ level: 'silent' }),
    },
  );
  crews.push(crew);
  /** The supergraph of each worker, as it says itself. */
  const supergraphs = async () => {
    await crew.collectMetrics();
    return [...told.values()];
  };
  const allServe = () =>
    vi.waitFor(
      () => {
        expect(crew.serving).toBe(count);
      },
      { timeout: 10_000 },
    );
  return { crew, launched, onHopeless, supergraphs, allServe };
}

test('all take a supergraph that the first takes', async () => {
  const { crew, supergraphs } = crewOf(3);
  await crew.start();
  await crew.replaceSupergraph('second');
  expect(await supergraphs()).toEqual(['second', 'second', 'second']);
});

test.each(['refuse', 'die', 'silence'])(
  'a supergraph to which the first says %s is none for any',
  async (sdl) => {
    const { crew, launched, supergraphs, allServe } = crewOf(2);
    await crew.start();
    await expect(crew.replaceSupergraph(sdl)).rejects.toThrow();
    await vi.waitFor(() => {
      expect(launched).toHaveLength(sdl === 'refuse' ? 2 : 3);
    });
    await allServe();
    expect(await supergraphs()).toEqual(['first', 'first']);
  },
);

test('a worker that starts while a supergraph is replaced serves the new one', async () => {
  const { crew, launched, supergraphs, allServe } = crewOf(2);
  await crew.start();
  launched[1]?.kill();
  await vi.waitFor(() => {
    expect(launched).toHaveLength(3);
  });
  await crew.replaceSupergraph('second');
  await allServe();
  expect(await supergraphs()).toEqual(['second', 'second']);
});

test.each(['refuse', 'die'])(
  'a configuration to which the first says %s leaves all as they are',
  async (text) => {
    const { crew, launched } = crewOf(2);
    await crew.start();
    await crew.restart(text);
    expect(launched).toHaveLength(3);
    expect(crew.serving).toBe(2);
    await launched[2]?.exited;
    launched[0]?.kill();
    await vi.waitFor(() => {
      expect(launched).toHaveLength(4);
    });
    await launched[3]?.ready;
  },
);

test('a restart replaces all, and the old ones end; also where the text is the same', async () => {
  const { crew, launched } = crewOf(2);
  await crew.start();
  await crew.restart('');
  expect(launched).toHaveLength(4);
  const exits = await Promise.all(launched.slice(0, 2).map(({ exited }) => exited));
  expect(exits.map(({ code }) => code)).toEqual([0, 0]);
  expect(crew.serving).toBe(2);
  expect(crew.deaths).toBe(0);
});

test.each([
  ['refuse', StartRefused],
  ['die', WorkerEnded],
])('a start to which a worker says %s fails, and leaves none', async (configText, failure) => {
  const { crew, launched } = crewOf(2, { configText });
  await expect(crew.start()).rejects.toThrow(failure);
  await Promise.all(launched.map(({ exited }) => exited));
});

test('workers that die again and again are hopeless only when none is left', async () => {
  const { crew, launched, onHopeless, allServe } = crewOf(2);
  await crew.start();
  for (let round = 0; round < 4; round += 1) {
    launched.at(-1)?.kill();
    await vi.waitFor(() => {
      expect(crew.deaths).toBe(round + 1);
    });
    await allServe();
  }
  expect(onHopeless).not.toHaveBeenCalled();
});
