/** Bundles a part of the router, or a suite with the router that it tests, with one fault in it, or none. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedSources } from '@selvedge/testkit';
import { build, type Plugin } from 'esbuild';
import type { Fault } from './faults.js';

const source = fileURLToPath(new URL('..', import.meta.url));

/** @returns a new folder for bundles, below the packages that they import */
export async function bundleFolder(): Promise<string> {
  const folder = join(source, '..', '.cache', 'faults');
  await mkdir(folder, { recursive: true });
  return mkdtemp(join(folder, 'run-'));
}

/**
 * @param entry below `router/src`
 * @throws when the fault's text is not there, or is there more than once
 */
export async function buildWith(fault: Fault | undefined, entry: string, outfile: string): Promise<void> {
  const seeded = changedSources(source, fault?.id ?? '', fault === undefined ? [] : [fault]);
  await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    define: { PLANS_ALONE: String(fault !== undefined && /^(?:planner|cost)\//.test(fault.file)) },
    plugins: [seeded.plugin, planningHere, ownPackages],
    logLevel: 'silent',
  });
  seeded.expectAll();
}

/** See `planning-here.ts`. */
const planningHere: Plugin = {
  name: 'planning-here',
  setup(bundler) {
    const instead = join(source, 'fuzz/planning-here.ts');
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
