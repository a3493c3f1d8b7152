/**
 * The planning thread where the router runs from its sources (under vitest): node 20 reads no TypeScript, so what would
 * run is bundled first, once for each state of the sources. `scripts/build.mjs` makes the file that ships.
 *
 * Tests start hundreds of these threads, and V8 spends most of the time until one is ready on compiling what the one before
 * it compiled: 320 ms of CPU with a small supergraph, 155 ms with the code that was kept. Hence CommonJS: node 20 keeps no
 * other code.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { Script } from 'node:vm';
import { threadId } from 'node:worker_threads';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, '.cache/planner-worker');
const file = join(folder, `${stateOfSources()}.cjs`);
const compiled = file.replace(/cjs$/, process.versions.v8);
if (!existsSync(file)) await bundle();
run();

async function bundle() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['router/src/planner/planner-worker.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    keepNames: true,
    write: false,
  });
  mkdirSync(folder, { recursive: true });
  for (const output of outputFiles) writeWhole(file, output.contents);
}

function run() {
  const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
  const text = readFileSync(file, 'utf8');
  const script = new Script(`(function (exports, require, module) {${text}\n})`, {
    filename: file,
    cachedData,
  });
  const module = { exports: {} };
  /** @type {unknown} */
  const loaded = script.runInThisContext();
  const load = /** @type {(exports: object, require: NodeJS.Require, module: object) => void} */ (loaded);
  load(module.exports, createRequire(file), module);
  // Now that it has read a supergraph: what it has used is compiled.
  if (cachedData === undefined || script.cachedDataRejected === true)
    writeWhole(compiled, script.createCachedData());
}

/**
 * Whole or not at all: several test files start threads at once.
 * @param {string} path
 * @param {Uint8Array} contents
 */
function writeWhole(path, contents) {
  const unfinished = `${path}.${process.pid}.${threadId}`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, path);
}

/** What is installed and when each source was changed. */
function stateOfSources() {
  const sources = ['router/src', 'packages/errors/src'].flatMap((path) =>
    readdirSync(join(root, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const hash = createHash('sha256');
  for (const path of [...sources.sort(), join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) {
    hash.update(`${path} ${statSync(path).mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}
