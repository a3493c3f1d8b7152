/** The differential test can fail: it catches each of the faults that are seeded into a copy of the router. */
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { faults, type Fault } from './faults.js';
import { buildWith } from './faulty-build.js';

interface Outcome {
  readonly code: number | string | null;
  readonly output: string;
}

async function run(fault: Fault | undefined): Promise<Outcome> {
  const program = await buildWith(fault);
  const env = {
    ...process.env,
    FUZZ_ENGINE: 'ours',
    FUZZ_SEED: String(fault?.seed ?? 1),
    // A fault ends the run at once; soundness over more of them is fuzz.test.ts.
    FUZZ_RUNS: fault === undefined ? '4' : '10',
    FUZZ_OPERATIONS: '16',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [program], { env, timeout: 110_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), output: stdout + stderr });
    });
  });
}

test('without a fault it finds nothing', { timeout: 120_000 }, async () => {
  const { code, output } = await run(undefined);
  expect(code, output).toBe(0);
});

test.each(faults)('it catches $id', { timeout: 120_000 }, async (fault) => {
  const { code, output } = await run(fault);
  expect(code, output).toBe(1);
  // A wrong answer is what ends it, and not that the program does not run.
  expect(output).toContain('differs from the referee');
});
