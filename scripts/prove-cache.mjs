/**
 * Bundles the checker of the response cache (test/cache), which then builds and starts what it checks. What is installed stays
 * where it is: esbuild cannot be bundled, and the checker needs it.
 */
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param {string} root
 * @returns {Promise<string>} the path of what to run
 */
export async function buildChecker(root) {
  const outfile = join(root, '.cache/prove/prove.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/cache/prove.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    tsconfig: 'tsconfig.json',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [ownPackages],
  });
  return outfile;
}

/** @type {import('esbuild').Plugin} */
const ownPackages = {
  name: 'own-packages',
  setup(bundler) {
    bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@selvedge/') ? undefined : { path, external: true },
    );
  },
};
