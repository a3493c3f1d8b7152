// For builds of a program as it is, but for some texts of its sources: with a fault in it that tests have to catch, or without
// what a benchmark measures the cost of. The sources stay as they are, and no option of the program is needed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

export interface SourceChange {
  /** Below the folder. */
  readonly file: string;
  /** There once. */
  readonly search: string;
  readonly replacement: string;
}

export interface ChangedSources {
  /** The build fails where a text is not there, or there more than once. */
  readonly plugin: Plugin;
  /** After the build. @throws where a file that was to be changed has no part in it */
  expectAll(): void;
}

/** @param what names the changes in errors */
export function changedSources(
  folder: string,
  what: string,
  changes: readonly SourceChange[],
): ChangedSources {
  const built = new Set<string>();
  const plugin: Plugin = {
    name: 'changed-sources',
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const own = changes.filter(({ file }) => join(folder, file) === path);
        const [first] = own;
        if (first === undefined) return undefined;
        let contents = await readFile(path, 'utf8');
        for (const change of own) contents = changed(contents, what, change);
        built.add(first.file);
        return { contents, loader: 'ts' };
      });
    },
  };
  return {
    plugin,
    expectAll() {
      const missing = changes.find(({ file }) => !built.has(file));
      if (missing !== undefined)
        throw new Error(`expected what is built to contain ${missing.file} but it does not`);
    },
  };
}

function changed(text: string, what: string, { file, search, replacement }: SourceChange): string {
  const parts = text.split(search);
  if (parts.length === 2) return parts.join(replacement);
  throw new Error(
    `expected ${file} to have the text of ${what} once but got it ${parts.length - 1} times: ${search}`,
  );
}
