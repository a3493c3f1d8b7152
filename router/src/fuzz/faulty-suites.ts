/** Runs test files, each bundled with one fault in the router or with none, all by one vitest in a process of its own. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildWith } from './faulty-build.js';
import type { Fault } from './faults.js';

/** A test file below `router/src` with the router that it tests. */
export interface Suite {
  readonly file: string;
  readonly fault: Fault | undefined;
}

export interface SuiteOutcome extends Suite {
  readonly passed: number;
  /** Tests whose expectations were not met, with the first line of why. */
  readonly unmet: readonly string[];
  /** What else went wrong: then it says nothing of the fault. */
  readonly broken: readonly string[];
}

export async function runSuites(suites: readonly Suite[], folder: string): Promise<SuiteOutcome[]> {
  const names = suites.map((_, index) => `suite-${index}.test.js`);
  for (const [index, { file, fault }] of suites.entries()) {
    await buildWith(fault, file, join(folder, names[index] ?? ''));
  }
  // Or it would find the one of the workspace, and start PostgreSQL.
  await writeFile(join(folder, 'vitest.config.mjs'), 'export default {}');
  const output = join(folder, 'suites.json');
  await vitest(['run', '--root', folder, '--reporter', 'json', '--outputFile', output, ...options]);
  const { testResults } = JSON.parse(await readFile(output, 'utf8')) as {
    testResults: readonly FileResult[];
  };
  return suites.map((suite, index) => {
    const result = testResults.find(({ name }) => name.endsWith(`/${names[index]}`));
    return { ...suite, ...outcomeOf(result) };
  });
}

const options = [
  '--maxWorkers',
  '2',
  '--no-isolate',
  '--testTimeout',
  '20000',
  '--hookTimeout',
  '5000',
  '--silent',
];

/** What vitest's JSON reporter says of a file. */
interface FileResult {
  readonly name: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages: readonly string[];
  }[];
}

function outcomeOf(result: FileResult | undefined): Omit<SuiteOutcome, keyof Suite> {
  if (result === undefined) return { passed: 0, unmet: [], broken: ['expected it to run but it did not'] };
  const { message, assertionResults } = result;
  const failures = assertionResults.flatMap(({ status, fullName, failureMessages }) =>
    status === 'failed' ? failureMessages.map((each) => `${fullName}: ${each}`) : [],
  );
  const isUnmet = (failure: string) => /AssertionError|Property failed/.test(failure);
  return {
    passed: assertionResults.filter(({ status }) => status === 'passed').length,
    unmet: failures.filter(isUnmet),
    broken: [...(message === '' ? [] : [message]), ...failures.filter((failure) => !isUnmet(failure))],
  };
}

/** @returns when it has ended, however that was: what it found is in its report */
function vitest(args: readonly string[]): Promise<void> {
  const program = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 280_000, maxBuffer: 1e8 }, () => {
      resolve();
    });
  });
}
