// The files that a path or a glob of codegen.yml names. Node 20 has no stable glob of its own; `*` and `**` are all
// that configuration files of ours use, and anything more is refused.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailure } from '../command-failure.js';
import { isMissing } from '../read-text.js';

/**
 * Finds files below a folder.
 *
 * @param pattern a path, in which `*` stands for any part of a name and `**` for any folders
 * @returns paths relative to `root`, sorted; a path without `*` is returned whether it exists or not
 */
export async function findFiles(root: string, pattern: string): Promise<string[]> {
  if (/[?{}[\]!]/.test(pattern))
    throw new CommandFailure(`\`${pattern}\`: only * and ** are understood in a glob`);
  const path = pattern.replace(/^\.\//, '');
  if (!path.includes('*')) return [path];
  const fixed = path.slice(0, path.indexOf('*'));
  const folder = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  const matcher = globMatcher(path);
  const files = await filesBelow(root, folder);
  return files.filter((file) => matcher.test(file)).sort();
}

function globMatcher(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^$()|\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*\/|\*/g, (star) => (star === '*' ? '[^/]*' : '(?:[^/]+/)*'));
  return new RegExp(`^${source}$`);
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const nested = entries.map(async (entry) => {
    if (entry.isFile()) return [folder + entry.name];
    const isSearched = entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.');
    return isSearched ? filesBelow(root, `${folder}${entry.name}/`) : [];
  });
  return (await Promise.all(nested)).flat();
}
