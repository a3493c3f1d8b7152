import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildExplorer } from './build.mjs';
import { readOperations } from './operations.mjs';

const examples = path.resolve(import.meta.dirname, '../../examples/operations');
const megabyte = 1024 * 1024;

describe('buildExplorer', () => {
  let outdir: string;
  let page: string;

  beforeAll(async () => {
    outdir = await mkdtemp(path.join(os.tmpdir(), 'selvedge-explorer-'));
    await writeFile(path.join(outdir, 'explorer-OF2YESTERDAY.js'), '');
    await buildExplorer({ outdir });
    page = await readFile(path.join(outdir, 'index.html'), 'utf8');
  });
  afterAll(() => rm(outdir, { recursive: true }));

  it('writes every file that the page names', async () => {
    const named = [...page.matchAll(/"\/explorer\/([^"]+)"/g)].map(([, file]) => file);
    expect(named).toHaveLength(5);
    expect(await readdir(outdir)).toEqual(expect.arrayContaining(named));
  });

  it('has no script that runs inside the page itself', () => {
    const inline = [...page.matchAll(/<script(?![^>]*\bsrc=)([^>]*)>/g)].map(([, attributes]) =>
      attributes?.trim(),
    );
    expect(inline).toEqual(['type="application/json" id="page-data"']);
  });

  it('carries the operations as data', async () => {
    const block: unknown = JSON.parse(/id="page-data">([^<]*)<\/script>/.exec(page)?.[1] ?? '');
    expect(block).toMatchObject({ operations: await readOperations(examples) });
  });

  it('removes what an earlier build left', async () => {
    expect(await readdir(outdir)).not.toContain('explorer-OF2YESTERDAY.js');
  });

  it('stays within 8 MB', async () => {
    const sizes = (await readdir(outdir)).map(async (file) => (await stat(path.join(outdir, file))).size);
    expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(8 * megabyte);
  });

  it('does nothing while no input changes, and builds again when its folder was emptied', async () => {
    expect(await buildExplorer({ outdir })).toEqual({ built: false });
    for (const file of await readdir(outdir)) await rm(path.join(outdir, file));
    expect(await buildExplorer({ outdir })).toEqual({ built: true });
  });

  it('compresses when asked to', async () => {
    await buildExplorer({ outdir, compress: true });
    const files = await readdir(outdir);
    expect(files.filter((file) => file.endsWith('.br')).length).toBeGreaterThan(10);
    expect(files).toContain('index.html.br');
  });
});
