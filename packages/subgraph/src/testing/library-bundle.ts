// What `npm run build` does with a subgraph's main.ts, done with the fixture's.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnNode, type NodeProcess } from '@selvedge/testkit';
import { build } from 'esbuild';
import { librarySchema } from './library.js';

export interface LibraryBundle {
  /** A process of the library with the command and the environment. */
  spawn(args: readonly string[], env: Readonly<Record<string, string>>): NodeProcess;
  /** Removes the bundle. */
  remove(): Promise<void>;
}

export async function bundleLibrary(): Promise<LibraryBundle> {
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-library-process-'));
  const outfile = join(folder, 'main.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./library-process.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await writeFile(join(folder, 'schema.graphql'), librarySchema);
  return {
    spawn: (args, env) => spawnNode(outfile, { args, env: { LOG_LEVEL: 'warn', ...env } }),
    remove: () => rm(folder, { recursive: true }),
  };
}
