/** What the build leaves in the page for its script: names and texts that are known only when the files are written. */
import type { ExampleOperation } from '../operations.mjs';

export interface PageData {
  /** URLs of Monaco's workers, by the label that Monaco asks with; `editor` is for every other label. */
  readonly workers: Readonly<Record<'editor' | 'graphql' | 'json', string>>;
  readonly operations: readonly ExampleOperation[];
}

export function pageData(): PageData {
  const block = document.getElementById('page-data');
  if (block === null) throw new Error('expected the page to have a data block, but got none');
  return JSON.parse(block.textContent) as PageData;
}
