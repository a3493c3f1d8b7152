// The programs under test, bundled: the router as it ships, the router with one function of a cache that is not ours, and the
// subgraphs.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changedSources } from '@selvedge/testkit';
import { build } from 'esbuild';
import { schemas } from './subgraphs/schemas.js';
import type { Variant } from './variants.js';

export const root = process.cwd();

const banner = {
  js: [
    "import { createRequire as $createRequire } from 'node:module';",
    "import { fileURLToPath as $fileURLToPath } from 'node:url';",
    'const require = $createRequire(import.meta.url);',
    'const __filename = $fileURLToPath(import.meta.url);',
    "const __dirname = $fileURLToPath(new globalThis.URL('.', import.meta.url));",
  ].join(''),
};
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  tsconfig: 'tsconfig.json',
  minifySyntax: true,
  banner,
  logLevel: 'error',
} as const;

/**
 * With the options of scripts/build.mjs.
 * @returns the path of its entry
 */
export async function buildRouter(folder: string, variant: Variant | null): Promise<string> {
  const outdir = join(folder, `router-${variant?.id ?? 'shipped'}`);
  const replaced = changedSources(root, variant?.id ?? '', variant?.edits ?? []);
  await build({
    ...shared,
    entryPoints: [
      'router/src/main.ts',
      'router/src/planner/planner-worker.ts',
      'router/src/supergraph/introspect-and-compose.ts',
    ],
    outdir,
    entryNames: '[name]',
    minifyWhitespace: true,
    plugins: [replaced.plugin],
  });
  replaced.expectAll();
  return join(outdir, 'main.js');
}

/** @returns the path of its entry */
export async function buildSubgraphs(folder: string): Promise<string> {
  const outfile = join(folder, 'subgraphs', 'main.js');
  await mkdir(join(folder, 'subgraphs'), { recursive: true });
  await build({ ...shared, entryPoints: ['test/cache/subgraphs/main.ts'], outfile, keepNames: true });
  for (const [name, sdl] of Object.entries(schemas))
    await writeFile(join(folder, 'subgraphs', `${name}.graphql`), sdl);
  return outfile;
}
