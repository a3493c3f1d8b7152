/** Everything that must hold before a change is merged, in the order in which a failure is cheapest to find. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** @typedef {{ name: string, args: string[] }} Step `args`: of Node, in the root */

/** @type {Step[]} */
const steps = [
  { name: 'codegen', args: ['scripts/bootstrap.mjs', 'codegen'] },
  { name: 'prettier', args: [bin('prettier/bin/prettier.cjs'), '--check', '.'] },
  { name: 'eslint', args: [bin('eslint/bin/eslint.js'), '.'] },
  { name: 'tsc', args: [bin('typescript/bin/tsc'), '-p', '.'] },
  { name: 'tsc explorer', args: [bin('typescript/bin/tsc'), '-p', 'packages/explorer'] },
  { name: 'imports', args: ['scripts/check-imports.mjs'] },
  { name: 'knip', args: [bin('knip/bin/knip.js')] },
  { name: 'supergraph.graphql', args: ['scripts/bootstrap.mjs', 'compose', '--check'] },
];

/**
 * Runs the steps, stops at the first that fails and shows its output.
 * @param {string} root
 * @returns {Promise<number>} an exit code
 */
export async function check(root) {
  for (const step of steps) {
    const began = performance.now();
    const { code, output } = await runStep(root, step);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (code !== 0) {
      process.stdout.write(output);
      process.stderr.write(
        `✘ ${step.name.padEnd(20)} ${seconds} s\n${step.name} failed with exit code ${code}.\n`,
      );
      return 1;
    }
    process.stdout.write(`✔ ${step.name.padEnd(20)} ${seconds} s\n`);
  }
  return 0;
}

/**
 * @param {string} root
 * @param {Step} step
 * @returns {Promise<{ code: number, output: string }>}
 */
function runStep(root, { args }) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

/** @param {string} path */
function bin(path) {
  return join('node_modules', path);
}
