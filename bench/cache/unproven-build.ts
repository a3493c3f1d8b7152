// The router with nothing proven, as a plain cache has it, to tell what the proof costs: built as it is always built, with the few
// places where it proves changed by text. It serves stale answers, and is for nothing else.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { changedSources, type SourceChange } from '@selvedge/testkit';
import type * as Esbuild from 'esbuild';
import type * as BuildScript from '../../scripts/build.mjs';

const proof = 'packages/cache/src/proof.ts';
const readScript = 'packages/cache/src/redis/scripts/read.ts';

const changes: readonly SourceChange[] = [
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
  { file: readScript, search: '\nexpectFences(prefix)', replacement: '' },
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
  const unproven = changedSources(root, 'what proves', changes);
  await build({ ...bundleOptions(scriptsOf(router), folder), plugins: [unproven.plugin] });
  unproven.expectAll();
  return join(folder, router.output);
}
