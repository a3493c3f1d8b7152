/** Bundles a part of the router, or a suite with what it tests, with one fault in it, or none. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedSources } from '@selvedge/testkit';
import { build, type Plugin } from 'esbuild';
import type { Fault } from './faults.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** @returns a new folder for bundles, below the packages that they import */
export async function bundleFolder(): Promise<string> {
  const folder = join(root, 'router', '.cache', 'faults');
  await mkdir(folder, { recursive: true });
  return mkdtemp(join(folder, 'run-'));
}

export interface BuildOptions {
  /** Of a suite: only tests run whose names have one of these texts. Default: all. */
  readonly tests?: readonly string[];
}

/**
 * @param entry as `Fault.file`
 * @throws when the fault's text is not there, or is there more than once
 */
export async function buildWith(
  fault: Fault | undefined,
  entry: string,
  outfile: string,
  { tests = [] }: BuildOptions = {},
): Promise<void> {
  const changes = fault === undefined ? [] : [{ ...fault, file: belowRoot(fault.file) }];
  const seeded = changedSources(root, fault?.id ?? '', changes);
  await build({
    entryPoints: [join(root, belowRoot(entry))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    define: { PLANS_ALONE: String(fault !== undefined && /^(?:planner|cost)\//.test(fault.file)) },
    ...(tests.length > 0 && { banner: { js: skippingOthers(tests) } }),
    plugins: [seeded.plugin, planningHere, ownPackages],
    logLevel: 'silent',
  });
  seeded.expectAll();
}

function belowRoot(file: string): string {
  return file.startsWith('packages/') ? file : join('router', 'src', file);
}

/** What vitest's `--testNamePattern` does, for one file of several. */
function skippingOthers(tests: readonly string[]): string {
  return `
    import { beforeEach as $beforeEach } from 'vitest';
    $beforeEach(({ task, skip }) => {
      let name = '';
      for (let at = task; at !== undefined; at = at.suite) name = at.name + ' ' + name;
      if (!${JSON.stringify(tests)}.some((text) => name.includes(text))) skip();
    });`;
}

/** See `planning-here.ts`. */
const planningHere: Plugin = {
  name: 'planning-here',
  setup(bundler) {
    const instead = join(root, 'router/src/fuzz/planning-here.ts');
    bundler.onResolve({ filter: /\/planner-thread\.js$/ }, ({ importer }) =>
      importer === instead ? undefined : { path: instead },
    );
  },
};

/** What is not ours stays where it is. */
const ownPackages: Plugin = {
  name: 'own-packages',
  setup(bundler) {
    bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || path.startsWith('@selvedge/')) return undefined;
      // One graphql for us and for Apollo's packages, which are CommonJS, also where vite would take another.
      return { path: path === 'graphql' ? 'graphql/index.js' : path, external: true };
    });
  },
};
