/**
 * The planning thread where the router runs from its sources (under vitest): node 20 reads no TypeScript, so what would
 * run is bundled first, once for each state of the sources. `scripts/build.mjs` makes the file that ships.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { threadId } from 'node:worker_threads';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, '.cache/planner-worker');
const file = join(folder, `${stateOfSources()}.mjs`);
if (!existsSync(file)) await bundle();
await import(pathToFileURL(file).href);

async function bundle() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['router/src/planner/planner-worker.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
    },
    write: false,
  });
  mkdirSync(folder, { recursive: true });
  // Whole or not at all: several test files start threads at once.
  const unfinished = `${file}.${process.pid}.${threadId}`;
  for (const output of outputFiles) writeFileSync(unfinished, output.contents);
  renameSync(unfinished, file);
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
