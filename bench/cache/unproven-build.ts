// The router with nothing proven, as a plain cache has it, to tell what the proof costs: built as it is always built, with the few
// places where it proves changed by text. It serves stale answers, and is for nothing else.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Esbuild from 'esbuild';
import type * as BuildScript from '../../scripts/build.mjs';

interface Change {
  /** From the root. */
  readonly file: string;
  /** There once. */
  readonly search: string;
  readonly replacement: string;
}

const proof = 'packages/cache/src/proof.ts';
const readScript = 'packages/cache/src/redis/scripts/read.ts';

const changes: readonly Change[] = [
  // An entry is served until its time is over.
  {
    file: proof,
    search: 'const doubt = doubtOfStore(evidence, state);',
    replacement: 'const doubt = null;',
  },
  { file: proof, search: 'of evidence.tags)', replacement: 'of [])' },
  // Redis looks entries up, and neither their store nor their tags.
  {
    file: 'packages/cache/src/redis/scripts/shared.ts',
    search:
      "string.match(redis.call('INFO', 'replication'), 'master_replid:(%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x)')",
    replacement: "'0000000000000000'",
  },
  {
    file: readScript,
    search: 'local state = stateOf(prefix)',
    replacement: "local state = { nonce = '', count = 1, since = 1, cluster = '', bypassed = 0 }",
  },
  { file: readScript, search: 'string.sub(entry, 1, length) ~= unmoved', replacement: 'false' },
  {
    file: 'packages/cache/src/redis/scripts/fill.ts',
    search: 'local function isProven(evidence)',
    replacement: 'local function isProven(evidence)\n  do return true end',
  },
  // What this process has is served at once.
  {
    file: 'router/src/caching/look-up.ts',
    search: 'part !== null && !mayBeUnproven(part, now))) {',
    replacement: 'part === undefined)) {',
  },
  {
    file: 'router/src/caching/whole-answers/still-proven.ts',
    search: 'const states = await backend',
    replacement: 'if (now > 0) return null; const states = await backend',
  },
];

/** @returns its main script; a folder in `folder` has it. @throws where a place is not there any more, or there twice */
export async function buildUnproven(folder: string): Promise<string> {
  const root = process.cwd();
  // Not bundled: both find their own files by where they lie.
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(root, path)).href);
  const { build } = (await load('node_modules/esbuild/lib/main.js')) as typeof Esbuild;
  const { bundleOptions, bundles, scriptsOf } = (await load('scripts/build.mjs')) as typeof BuildScript;
  const router = bundles().find(({ name }) => name === 'router');
  if (router === undefined) throw new Error('expected a bundle of the router');
  const made = new Set<Change>();
  await build({ ...bundleOptions(scriptsOf(router), folder), plugins: [changing(root, made)] });
  const missed = changes.find((change) => !made.has(change));
  if (missed !== undefined) throw new Error(`expected the router to contain ${missed.file} but it does not`);
  return join(folder, router.output);
}

function changing(root: string, made: Set<Change>): Esbuild.Plugin {
  return {
    name: 'prove-nothing',
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const wanted = changes.filter(({ file }) => path === join(root, file));
        if (wanted.length === 0) return undefined;
        let contents = await readFile(path, 'utf8');
        for (const change of wanted) {
          const parts = contents.split(change.search);
          if (parts.length !== 2)
            throw new Error(
              `expected ${change.file} to have \`${change.search}\` once but got it ${parts.length - 1} times`,
            );
          contents = parts.join(change.replacement);
          made.add(change);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}
