/**
 * What every npm script runs: it makes sure that Node is new enough, that dependencies are installed and that what the command
 * needs is built, and then becomes the command. Only Node's builtins may be imported before the installation is checked.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const buildScript = join(root, 'scripts/build.mjs');

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  start,
  test: async (args) => {
    if (await cannotBuild()) return 1;
    if (!existsSync(join(root, 'subgraphs/accounts/generated')) && (await cli('codegen', [])) !== 0) return 1;
    return run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args]);
  },
  build: async (args) => ((await cannotBuild(args.length > 0 ? args : undefined)) ? 1 : 0),
  check: async () => {
    const { check } = await import('./check.mjs');
    return check(root);
  },
  router: async (args) => become('router', 'router/dist/main.js', args),
  compose: (args) => cli('compose', args),
  'check-schema': (args) => cli('check-schema', args),
  codegen: (args) => cli('codegen', args),
  bench,
  'prove:cache': async (args) => {
    const { buildChecker } = await import('./prove-cache.mjs');
    return run(process.execPath, ['--enable-source-maps', await buildChecker(root), ...args]);
  },
};

const [name, ...args] = process.argv.slice(2);
process.exitCode = await main();

async function main() {
  const outdated = outdatedNode(process.versions.node);
  if (outdated !== undefined) return fail(outdated);
  const command = name === undefined ? undefined : commands[name];
  if (command === undefined) {
    return fail(`Unknown command ${name ?? '(none)'}: expected one of ${Object.keys(commands).join(', ')}.`);
  }
  try {
    const { ensureInstalled } = await import('./install.mjs');
    await ensureInstalled(root);
    return await command(args);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return fail(error.message);
  }
}

/** @param {string} version */
function outdatedNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Selvedge needs Node 20.19 or newer, but this is Node ${version}. Get a current one from https://nodejs.org.`;
}

/**
 * The start command comes up before anything else is built, so that it can find a taken port at once and start PostgreSQL while
 * the rest is being built.
 * @param {string[]} args
 */
async function start(args) {
  if (await cannotBuild(['start'])) return 1;
  /** @type {unknown} */
  const module = await import(pathToFileURL(join(root, 'packages/cli/dist/start.js')).href);
  const { startFromSource } = /** @type {{ startFromSource: StartFromSource }} */ (module);
  const { subgraphNames } = await import('./build.mjs');
  await startFromSource(args, {
    projectRoot: root,
    buildServices: () => buildQuietly(['router', ...subgraphNames()]),
    buildExplorer: () => buildQuietly(['explorer'], { background: true }),
  });
  return Number(process.exitCode ?? 0);
}

/**
 * @typedef {(args: string[], source: { projectRoot: string, buildServices: () => Promise<boolean>, buildExplorer: () => Promise<boolean> })
 *   => Promise<void>} StartFromSource
 */

/**
 * @param {string} command
 * @param {string[]} args
 */
async function cli(command, args) {
  return become('cli', 'packages/cli/dist/main.js', [command, ...args]);
}

/**
 * Builds one bundle and runs it in this process: its signals and its exit code are then ours.
 * @param {string} target
 * @param {string} file
 * @param {string[]} args
 */
async function become(target, file, args) {
  if (await cannotBuild([target])) return 1;
  const path = join(root, file);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
  return Number(process.exitCode ?? 0);
}

/** @param {string[]} args */
async function bench([name, ...args]) {
  const { benchNames } = await import('./build.mjs');
  const known = benchNames();
  if (name !== undefined && !known.includes(name)) {
    return fail(`Unknown benchmark ${name}: expected one of ${known.join(', ')}.`);
  }
  if (await cannotBuild()) return 1;
  for (const each of name === undefined ? known : [name]) {
    const target = `bench-${each}`;
    if (await cannotBuild([target])) return 1;
    const code = await run(process.execPath, [join(root, `bench/dist/${each}.js`), ...args]);
    if (code !== 0) return code;
  }
  return 0;
}

/**
 * Builds what is out of date, in a process of its own, so that this one stays small.
 * @param {string[]} [targets] default: everything
 */
async function cannotBuild(targets) {
  const { staleTargets } = await import('./build.mjs');
  const stale = staleTargets(targets);
  return stale.length > 0 && (await run(process.execPath, [buildScript, ...stale])) !== 0;
}

/**
 * The same for use below a progress display: nothing is written, and a failure carries the compiler's words. Resolves with whether
 * anything had to be built.
 * @param {string[]} targets
 * @param {{ background?: boolean }} [options] `background` yields the processors to whatever else runs
 */
async function buildQuietly(targets, { background = false } = {}) {
  const { staleTargets } = await import('./build.mjs');
  const stale = staleTargets(targets);
  if (stale.length === 0) return false;
  const child = spawn(process.execPath, [buildScript, ...stale], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (background && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    errors += text;
  });
  const code = await exitCodeOf(child);
  if (code !== 0) throw new Error(`${errors.trimEnd()}\nThe build of ${stale.join(', ')} failed.`);
  return true;
}

/**
 * @param {string} file
 * @param {string[]} args
 */
async function run(file, args) {
  const child = spawn(file, args, { cwd: root, stdio: 'inherit' });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  try {
    return await exitCodeOf(child);
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward);
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function exitCodeOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/** @param {string} sentence */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  return 1;
}
