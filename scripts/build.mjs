/**
 * Bundles what runs: the router, each subgraph and the command line, one self-contained file each, so that an image needs
 * nothing but `dist` and a process starts fast. A bundle whose inputs did not change is left alone.
 *
 * Measured on this machine (Node 20.20, 2 cores), from process start to a listening server:
 * | entry                                                   | unbundled        | bundled          | whitespace out   | all minified     | V8 code cache    |
 * | subgraph (typeorm, pg, @apollo/server, @apollo/subgraph) | 360 ms, 103 MB   | 235 ms, 106 MB   | 215 ms, 94 MB    | 240 ms, 105 MB   | 150 ms, 117 MB   |
 * | router (@apollo/server, @apollo/gateway)                | 560 ms, 133 MB   | 420 ms, 140 MB   | 395 ms, 122 MB   | 435 ms, 117 MB   | 290 ms, 171 MB   |
 * Hence whitespace and syntax are minified, names are not: stack traces stay readable. Subgraphs have esbuild's `keepNames` for the
 * class names that TypeORM and our type names rely on; it names each function each time it is made, which costs the router 3% of
 * its CPU time. The V8 code cache would save 0.3 s of a whole start, but Node 20 has it for CommonJS only,
 * which has no top-level await, and it costs 35 MB a process. Bundles in one esbuild call share their parsed modules: 1.9 s
 * for six subgraphs and the router, against 0.9 s for each alone.
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
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {{ entry: string, output: string }} Script paths in the root
 * @typedef {Script & { name: string, copies: string[], apart?: Script[], keepsNames?: boolean }} Bundle `copies` are paths in the
 *   root and land beside the output; `apart` are files of their own: what it starts with node:worker_threads, and what it loads only
 *   if it is told to; `keepsNames`: functions and classes have the names of their sources.
 * @typedef {{ modified: number, hash: string }} Input `modified` is the file's mtime in milliseconds
 * @typedef {{ buildExplorer: (options: { outdir: string }) => Promise<unknown> }} ExplorerBuilder
 * @typedef {{ environment: string, outputs: string[], inputs: Record<string, Input> }} Stamp what a bundle was made of
 */

const explorer = 'explorer';

/** @returns {Bundle[]} the bundles whose source exists, in the order in which they are told to a person */
export function bundles() {
  const subgraphs = foldersIn('subgraphs').map((name) => ({
    name,
    entry: `subgraphs/${name}/main.ts`,
    output: `subgraphs/${name}/dist/main.js`,
    copies: [`subgraphs/${name}/schema.graphql`],
    keepsNames: true,
  }));
  const cli = 'packages/cli';
  return [
    { name: 'start', entry: `${cli}/src/start/main.ts`, output: `${cli}/dist/start.js`, copies: [] },
    { name: 'cli', entry: `${cli}/src/main.ts`, output: `${cli}/dist/main.js`, copies: [] },
    {
      name: 'router',
      entry: 'router/src/main.ts',
      output: 'router/dist/main.js',
      copies: [],
      apart: [
        { entry: 'router/src/planner/planner-worker.ts', output: 'router/dist/planner-worker.js' },
        {
          entry: 'router/src/supergraph/introspect-and-compose.ts',
          output: 'router/dist/introspect-and-compose.js',
        },
      ],
    },
    ...subgraphs,
  ].filter((bundle) => existsSync(join(root, bundle.entry)));
}

/** @returns {Bundle[]} the benchmarks, which are built only when they are asked for */
function benches() {
  return readdirSync(join(root, 'bench'))
    .filter((file) => /^[a-z-]+\.ts$/.test(file))
    .map((file) => file.replace(/\.ts$/, ''))
    .map((name) => ({
      name: `bench-${name}`,
      entry: `bench/${name}.ts`,
      output: `bench/dist/${name}.js`,
      copies: [],
    }));
}

/** @returns {string[]} the names of the benchmarks */
export function benchNames() {
  return benches().map(({ name }) => name.replace(/^bench-/, ''));
}

/** @returns {string[]} the names of the subgraphs that can be built */
export function subgraphNames() {
  return bundles()
    .filter((bundle) => bundle.entry.startsWith('subgraphs/'))
    .map((bundle) => bundle.name);
}

/** @returns {string[]} every name that `build` knows */
export function targets() {
  const hasExplorer = existsSync(join(root, 'packages/explorer/build.mjs'));
  return [...bundles().map((bundle) => bundle.name), ...(hasExplorer ? [explorer] : [])];
}

/**
 * Those of the given targets (default: all) that were never built or are older than their sources; a no-op takes about 15 ms.
 * @param {string[]} [names]
 */
export function staleTargets(names = targets()) {
  const environment = environmentHash();
  return names.filter((name) => !isFresh(name, environment));
}

/**
 * Builds the given targets, up to date or not. Throws esbuild's BuildFailure when a source is wrong.
 * @param {string[]} names
 */
export async function build(names) {
  const environment = environmentHash();
  const chosen = [...bundles(), ...benches()].filter((bundle) => names.includes(bundle.name));
  const groups = [true, false].map((keepsNames) =>
    chosen.filter((each) => (each.keepsNames ?? false) === keepsNames),
  );
  await Promise.all([
    ...groups.map((group) => (group.length > 0 ? bundle(group, environment) : undefined)),
    names.includes(explorer) ? buildExplorer(environment) : undefined,
  ]);
}

/**
 * @param {Bundle[]} chosen
 * @param {string} environment
 */
async function bundle(chosen, environment) {
  const began = Date.now();
  // esbuild as a library collects garbage as if it ran for hours: 4.6 s of processor time for all services, 3.9 s so.
  process.env['GOGC'] ??= '400';
  const esbuild = await import('esbuild');
  const keepsNames = chosen.some((each) => each.keepsNames === true);
  const { metafile, outputFiles } = await esbuild.build({
    ...bundleOptions(chosen.flatMap(scriptsOf), '.'),
    keepNames: keepsNames,
    metafile: true,
    write: false,
  });
  for (const file of outputFiles) replaceFile(file.path, file.contents);
  for (const chosenBundle of chosen) {
    const { name, output, copies } = chosenBundle;
    const outputs = scriptsOf(chosenBundle).map((script) => script.output);
    for (const copy of copies) {
      replaceFile(join(root, dirname(output), relative(dirname(copy), copy)), readFileSync(join(root, copy)));
    }
    // What is installed is known by its lockfile.
    const sources = outputs
      .flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}))
      .filter((input) => !input.includes('node_modules/'));
    writeStamp(name, {
      environment,
      outputs,
      inputs: describeInputs([...sources, ...copies], began),
    });
  }
}

/**
 * How everything is compiled that runs, for whoever compiles it with something changed.
 * @param {Script[]} scripts
 * @param {string} outdir
 * @returns {import('esbuild').BuildOptions}
 */
export function bundleOptions(scripts, outdir) {
  return {
    absWorkingDir: root,
    entryPoints: scripts.map(({ entry, output }) => ({ in: entry, out: output.replace(/\.js$/, '') })),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    tsconfig: 'tsconfig.json',
    minifySyntax: true,
    minifyWhitespace: true,
    // Read only under `node --enable-source-maps`.
    sourcemap: 'linked',
    sourcesContent: false,
    // CommonJS dependencies expect what ES modules do not have. A bundle may have a `URL` of its own.
    banner: {
      js: [
        "import { createRequire as $createRequire } from 'node:module';",
        "import { fileURLToPath as $fileURLToPath } from 'node:url';",
        'const require = $createRequire(import.meta.url);',
        'const __filename = $fileURLToPath(import.meta.url);',
        "const __dirname = $fileURLToPath(new globalThis.URL('.', import.meta.url));",
      ].join(''),
    },
    logLevel: 'warning',
  };
}

/**
 * @param {Bundle} bundle
 * @returns {Script[]}
 */
export function scriptsOf(bundle) {
  return [bundle, ...(bundle.apart ?? [])];
}

/** @param {string} environment */
async function buildExplorer(environment) {
  const began = Date.now();
  const outdir = 'router/dist/explorer';
  /** @type {unknown} */
  const module = await import(pathToFileURL(join(root, 'packages/explorer/build.mjs')).href);
  const { buildExplorer: run } = /** @type {ExplorerBuilder} */ (module);
  await run({ outdir: join(root, outdir) });
  writeStamp(explorer, { environment, outputs: [outdir], inputs: describeInputs(explorerSources(), began) });
}

function explorerSources() {
  return ['packages/explorer', 'examples/operations']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile() && !/node_modules|[/\\]dist/.test(file.parentPath))
        .map((file) => relative(root, join(file.parentPath, file.name))),
    );
}

/**
 * Processes may start from a bundle while it is built again, so that a reader has to see the old file or the new one.
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function replaceFile(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, path);
}

/** What shapes every bundle beside its own sources: this script, the compiler's options, what is installed and what packages export. */
function environmentHash() {
  const packages = foldersIn('packages').map((name) => `packages/${name}/package.json`);
  const files = ['scripts/build.mjs', 'tsconfig.json', 'package-lock.json', ...packages];
  return files.map((file) => hashOf(join(root, file))).join('.');
}

/**
 * @param {string} name
 * @param {string} environment
 */
function isFresh(name, environment) {
  const stamp = readStamp(name);
  if (stamp?.environment !== environment) return false;
  if (!stamp.outputs.every((output) => existsSync(join(root, output)))) return false;
  if (name === explorer && explorerSources().some((source) => !(source in stamp.inputs))) return false;
  return Object.entries(stamp.inputs).every(([path, { modified, hash }]) => {
    const file = join(root, path);
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat !== undefined && (stat.mtimeMs === modified || hashOf(file) === hash);
  });
}

/**
 * @param {string[]} paths
 * @param {number} began when the build began (epoch milliseconds): a file saved since may not be what was built
 */
function describeInputs(paths, began) {
  return Object.fromEntries(
    paths.map((path) => {
      const { mtimeMs } = statSync(join(root, path));
      const changedMeanwhile = mtimeMs >= began;
      return [
        path,
        changedMeanwhile ? { modified: 0, hash: '' } : { modified: mtimeMs, hash: hashOf(join(root, path)) },
      ];
    }),
  );
}

/** @param {string} name */
function stampPath(name) {
  return join(root, '.cache/build', `${name}.json`);
}

/**
 * @param {string} name
 * @returns {Stamp | undefined}
 */
function readStamp(name) {
  try {
    /** @type {unknown} */
    const stamp = JSON.parse(readFileSync(stampPath(name), 'utf8'));
    return /** @type {Stamp} */ (stamp);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {Stamp} stamp
 */
function writeStamp(name, stamp) {
  replaceFile(stampPath(name), JSON.stringify(stamp));
}

/** @param {string} file */
function hashOf(file) {
  return existsSync(file)
    ? createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 22)
    : '';
}

/** @param {string} folder */
function foldersIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  const known = [...targets(), ...benches().map(({ name }) => name)];
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`Cannot build ${unknown.join(', ')}: expected one of ${known.join(', ')}.\n`);
    process.exit(1);
  }
  try {
    await build(staleTargets(asked.length > 0 ? asked : targets()));
  } catch (error) {
    // esbuild has printed its own errors, with file and line.
    if (!(error instanceof Error && 'errors' in error))
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
