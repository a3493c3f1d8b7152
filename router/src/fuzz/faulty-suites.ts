/** Runs test files, each bundled with one fault in the router or with none, all by one vitest in a process of its own. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildWith } from './faulty-build.js';
import type { Fault } from './faults.js';

/** A test file with what it tests. */
export interface Suite {
  /** As `Fault.suite`. */
  readonly file: string;
  readonly fault: Fault | undefined;
  /** See `BuildOptions`. */
  readonly tests?: readonly string[];
}

export interface SuiteOutcome extends Suite {
  /** Names of tests. */
  readonly passed: readonly string[];
  /** Tests whose expectations were not met, with the first line of why. */
  readonly unmet: readonly string[];
  /** What else went wrong: then it says nothing of the fault. */
  readonly broken: readonly string[];
}

/** @param provided what suites may `inject`, such as the PostgreSQL of this run */
export async function runSuites(
  suites: readonly Suite[],
  parent: string,
  provided: Readonly<Record<string, unknown>> = {},
): Promise<SuiteOutcome[]> {
  const folder = await mkdtemp(join(parent, 'suites-'));
  const names = suites.map((_, index) => `suite-${index}.test.js`);
  const left = [...suites.entries()];
  const buildNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, { file, fault, tests = [] }] = next;
      await buildWith(fault, file, join(folder, names[index] ?? ''), { tests });
    }
  };
  await Promise.all(Array.from({ length: 4 }, buildNext));
  // Or it would find the one of the workspace, and start another PostgreSQL.
  const config = `export default ${JSON.stringify({ test: { provide: provided } })}`;
  await writeFile(join(folder, 'vitest.config.mjs'), config);
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
  '20000',
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
  if (result === undefined) return { passed: [], unmet: [], broken: ['expected it to run but it did not'] };
  const { message, assertionResults } = result;
  const failures = assertionResults.flatMap(({ status, fullName, failureMessages }) =>
    status === 'failed' ? failureMessages.map((each) => `${fullName}: ${each}`) : [],
  );
  const isUnmet = (failure: string) => /AssertionError|Property failed/.test(failure);
  return {
    passed: assertionResults.flatMap(({ status, fullName }) => (status === 'passed' ? [fullName] : [])),
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
