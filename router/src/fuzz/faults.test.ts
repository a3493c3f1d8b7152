/** That tests can fail: each of the faults that are seeded into copies of the router is caught by the tests that it names. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultOutcome, FaultRun } from './fault-runs.js';
import { faults, type Fault } from './faults.js';
import { buildWith, bundleFolder } from './faulty-build.js';
import { describeFaults } from './describe-faults.js';

let folder = '';
beforeAll(async () => {
  folder = await bundleFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the differential test', () => {
  const seeded = faults.filter(({ suite }) => suite === undefined);
  const sound = 'no fault';
  let outcomes: ReadonlyMap<string, FaultOutcome>;

  beforeAll(async () => {
    const seeds = [...new Set(seeded.map(({ seed = 1 }) => seed))];
    const runs = [await bundled(undefined, sound, seeds)];
    for (const fault of seeded) {
      // The one that is known to show it, and others where what is generated has changed.
      const { id, seed = 1 } = fault;
      runs.push(await bundled(fault, id, [seed, ...seeds.filter((other) => other !== seed)]));
    }
    const program = join(folder, 'fault-runs.js');
    await buildWith(undefined, 'fuzz/fault-runs.ts', program);
    outcomes = new Map((await run(program, runs)).map((outcome) => [outcome.id, outcome]));
  }, 300_000);

  async function bundled(fault: Fault | undefined, id: string, seeds: readonly number[]): Promise<FaultRun> {
    const engine = join(folder, `${id.replaceAll(/\W/g, '-')}.js`);
    await buildWith(fault, 'fuzz/engines.ts', engine);
    return { id, engine, seeds };
  }

  test('finds nothing without a fault', () => {
    expect(outcomes.get(sound)).toEqual({ id: sound, caught: null });
  });

  test.each(seeded)('catches $id', ({ id }) => {
    expect(outcomes.get(id)?.caught?.difference).toContain('"kind"');
  });
});

describe('the test files that faults name', () => {
  describeFaults(
    faults.filter(({ suite }) => suite !== undefined),
    () => folder,
  );
});

function run(program: string, runs: readonly FaultRun[]): Promise<readonly FaultOutcome[]> {
  const args = [program, JSON.stringify({ runs, operationsEach: 16 })];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: 280_000, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as FaultOutcome[]);
      else reject(new Error(`expected the runs to end but got ${error.message} ${stderr}`));
    });
  });
}
