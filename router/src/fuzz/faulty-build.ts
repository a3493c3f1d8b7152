/** Bundles the differential test with the router that it tests, with one fault in the router, or none. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Fault } from './faults.js';

const source = fileURLToPath(new URL('..', import.meta.url));

/** @returns the program's path. @throws when the fault's text is not there, or is there more than once */
export async function buildWith(fault: Fault | undefined): Promise<string> {
  const name = fault === undefined ? 'sound' : fault.id.replaceAll('/', '-');
  const outdir = join(source, '..', '.cache', 'fuzz', name);
  let isSeeded = fault === undefined;
  const seeding = seed(fault, () => {
    isSeeded = true;
  });
  await build({
    // The planner's thread is a file of its own, beside the program.
    entryPoints: {
      main: join(source, 'fuzz/fuzz-main.ts'),
      'planner-worker': join(source, 'planner/planner-worker.ts'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir,
    outExtension: { '.js': '.js' },
    // One graphql for us and for Apollo's packages, which are CommonJS.
    alias: { graphql: 'graphql/index.js' },
    plugins: [seeding, ownPackages],
    logLevel: 'silent',
  });
  if (!isSeeded) throw new Error(`expected the program to contain ${String(fault?.file)} but it does not`);
  return join(outdir, 'main.js');
}

function seed(fault: Fault | undefined, seeded: () => void): Plugin {
  return {
    name: 'seed-a-fault',
    setup(bundler) {
      if (fault === undefined) return;
      bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== join(source, fault.file)) return undefined;
        const parts = (await readFile(path, 'utf8')).split(fault.search);
        if (parts.length !== 2) {
          throw new Error(
            `expected ${fault.file} to have the text of ${fault.id} once but got it ${parts.length - 1} times`,
          );
        }
        seeded();
        return { contents: parts.join(fault.replacement), loader: 'ts' };
      });
    },
  };
}

/** What is not ours stays where it is. */
const ownPackages: Plugin = {
  name: 'own-packages',
  setup(bundler) {
    bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || path.startsWith('@selvedge/')) return undefined;
      return { path, external: true };
    });
  },
};
