/**
 * Enforces the import rules of .dependency-cruiser.mjs, and that they were really applied: dependency-cruiser says "no
 * violations" as well when it could not read a single module (with a compiler that it does not know, say), so every
 * source file has to be among the modules that it looked at.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

/**
 * @typedef {{ rule: { name: string }, from: string, to: string, cycle?: { name: string }[] }} Violation
 * @typedef {{ modules: { source: string }[], summary: { violations: Violation[], ruleSetUsed: { forbidden: { name: string, comment: string }[] } } }} Result
 */

const repository = fileURLToPath(new URL('..', import.meta.url));
const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const configuration = join(repository, '.dependency-cruiser.mjs');
const folders = ['bench', 'packages', 'router', 'scripts', 'subgraphs', 'test'];

/** A folder to check other than this repository; the test of the rules gives one in which they are broken. */
const root = resolve(process.argv[2] ?? repository);
const problems = check();
process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.exitCode = problems.length === 0 ? 0 : 1;

function check() {
  const present = folders.filter((folder) => existsSync(join(root, folder)));
  const expected = present.flatMap(sourcesBelow);
  if (expected.length === 0) return ['There are no source files here, so nothing was checked.'];
  const result = cruise(present);
  const cruised = new Set(result.modules.map(({ source }) => source));
  const missed = expected.filter((file) => !cruised.has(file));
  if (missed.length > 0) {
    const some = missed.slice(0, 5).join(', ');
    return [
      `dependency-cruiser missed ${missed.length} of ${expected.length} source files, for example ${some}.`,
    ];
  }
  if (result.summary.violations.length === 0)
    process.stdout.write(`${expected.length} modules keep the import rules\n`);
  return result.summary.violations.map((violation) => sentenceOf(violation, result));
}

/**
 * @param {string[]} present
 * @returns {Result}
 */
function cruise(present) {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [cruiser, '--config', configuration, '--output-type', 'json', ...present],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (stdout === '') throw new Error(`dependency-cruiser failed: ${stderr}`);
  /** @type {unknown} */
  const result = JSON.parse(stdout);
  return /** @type {Result} */ (result);
}

/**
 * @param {Violation} violation
 * @param {Result} result
 */
function sentenceOf({ rule, from, to, cycle }, { summary }) {
  const path = cycle === undefined ? to : cycle.map(({ name }) => name).join(' -> ');
  const comment = summary.ruleSetUsed.forbidden.find(({ name }) => name === rule.name)?.comment ?? '';
  return `${rule.name}: ${from} -> ${path}\n  ${comment}`;
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return ['.cache', 'dist', 'node_modules'].includes(entry.name) ? [] : sourcesBelow(path);
    return /\.(ts|tsx|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}
