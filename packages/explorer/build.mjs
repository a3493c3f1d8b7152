/**
 * Bundles the explorer into static files that need nothing from anywhere else: page, scripts, styles, fonts and Monaco's
 * workers. It is part of a cold `npm start`, so it does nothing when no input changed, and it compresses only when asked
 * to: over a loopback socket that would cost more than it saves.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build } from 'esbuild';
import { readOperations } from './operations.mjs';

const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const inputsMark = '.inputs';

/** Where the router serves the folder; only `index.html` is served elsewhere, at `/`. */
const publicPath = '/explorer/';

const entryPoints = {
  explorer: path.join(here, 'src/main.tsx'),
  style: path.join(here, 'src/explorer.css'),
  'worker-editor': fileURLToPath(import.meta.resolve('monaco-editor/esm/vs/editor/editor.worker.js')),
  'worker-graphql': fileURLToPath(import.meta.resolve('monaco-graphql/esm/graphql.worker.js')),
  'worker-json': fileURLToPath(import.meta.resolve('monaco-editor/esm/vs/language/json/json.worker.js')),
};

/**
 * Writes the explorer's files to a folder and removes what an earlier build left there.
 * @param {object} [options]
 * @param {string} [options.outdir] default: `router/dist/explorer`
 * @param {boolean} [options.compress] write a `.br` beside each file that is worth it; default: false
 * @returns {Promise<{ built: boolean }>} `built` is false when the folder was up to date
 */
export async function buildExplorer({
  outdir = path.join(root, 'router/dist/explorer'),
  compress = false,
} = {}) {
  const fingerprint = `${await fingerprintOfInputs()} compress=${compress}\n`;
  const mark = path.join(outdir, inputsMark);
  if ((await readFile(mark, 'utf8').catch(() => '')) === fingerprint) return { built: false };

  await mkdir(outdir, { recursive: true });
  await rm(mark, { force: true });
  const assets = await bundle(outdir);
  const operations = await readOperations(path.join(root, 'examples/operations'));
  await writeFile(path.join(outdir, 'index.html'), await page(assets, operations));
  const files = [...assets.keys(), 'index.html'];
  const compressed = compress ? await compressFiles(outdir, files) : [];
  await removeAllBut(outdir, new Set([...files, ...compressed]));
  await writeFile(mark, fingerprint);
  return { built: true };
}

/** Everything that the output is made from: own sources, the operations and the versions of the dependencies. */
async function fingerprintOfInputs() {
  const folders = [here, path.join(here, 'src'), path.join(root, 'examples/operations')];
  const listed = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(folder, entry.name)),
    ),
  );
  const files = [...listed.flat(), path.join(root, 'package-lock.json')].sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${path.relative(root, file)}\0`).update(await readFile(file));
  return hash.digest('hex');
}

/**
 * @param {string} outdir
 * @returns {Promise<Map<string, string | undefined>>} the written files, each with the entry point that it is, if it is one
 */
async function bundle(outdir) {
  const { metafile } = await build({
    entryPoints,
    outdir,
    absWorkingDir: here,
    bundle: true,
    // One build with shared chunks: the page and its workers have most of Monaco and graphql-js in common.
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    metafile: true,
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    publicPath,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [withoutMonacoStyles],
    legalComments: 'external',
    logLevel: 'warning',
  });
  return new Map(
    Object.entries(metafile.outputs).map(([file, output]) => [
      path.relative(outdir, path.resolve(here, file)),
      output.entryPoint && entryNameOf(path.basename(file)),
    ]),
  );
}

/**
 * Monaco's scripts import their styles one by one; GraphiQL's stylesheet, which the page loads, already has them all.
 * @type {import('esbuild').Plugin}
 */
const withoutMonacoStyles = {
  name: 'without-monaco-styles',
  setup(build) {
    build.onResolve({ filter: /\.css$/ }, ({ path: imported, importer }) =>
      importer.includes('monaco-editor') ? { path: imported, namespace: 'no-style' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'no-style' }, () => ({ contents: '' }));
  },
};

/** @param {string} file for example `worker-json-ABCD1234.js` */
function entryNameOf(file) {
  return file.replace(/-[A-Z0-9]{8}\.(js|css)$/, '');
}

/**
 * The page: its template with the hashed names, and the operations as a data block (which no policy against inline
 * scripts touches, since nothing runs it).
 * @param {Map<string, string | undefined>} assets
 * @param {import('./operations.mjs').ExampleOperation[]} operations
 */
async function page(assets, operations) {
  /** @param {string} entry */
  const urlOf = (entry) => {
    const file = [...assets].find(([, name]) => name === entry)?.[0];
    if (file === undefined) throw new Error(`expected the bundle to have an entry "${entry}", but got none`);
    return publicPath + file;
  };
  const workers = {
    editor: urlOf('worker-editor'),
    graphql: urlOf('worker-graphql'),
    json: urlOf('worker-json'),
  };
  const data = JSON.stringify({ workers, operations }).replaceAll('<', '\\u003c');
  const template = await readFile(path.join(here, 'src/index.html'), 'utf8');
  return template
    .replace('{{style}}', urlOf('style'))
    .replace('{{script}}', urlOf('explorer'))
    .replace('{{data}}', () => data);
}

/**
 * @param {string} outdir
 * @param {string[]} files
 * @returns {Promise<string[]>} names of the files written
 */
async function compressFiles(outdir, files) {
  const brotli = promisify(brotliCompress);
  const written = files.map(async (file) => {
    const content = await readFile(path.join(outdir, file));
    const compressed = await brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    if (compressed.length > content.length * 0.9) return [];
    await writeFile(path.join(outdir, `${file}.br`), compressed);
    return [`${file}.br`];
  });
  return (await Promise.all(written)).flat();
}

/**
 * @param {string} folder
 * @param {Set<string>} kept
 */
async function removeAllBut(folder, kept) {
  const stale = (await readdir(folder)).filter((name) => !kept.has(name));
  await Promise.all(stale.map((name) => rm(path.join(folder, name), { recursive: true, force: true })));
}
