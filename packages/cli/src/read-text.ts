// Reads the text files that people write: what is wrong with one is told in a sentence.
import { readFile } from 'node:fs/promises';
import { CommandFailure } from './command-failure.js';

/**
 * Reads a text file that must be there.
 *
 * @throws CommandFailure when it is not, or cannot be read
 */
export async function readText(file: string): Promise<string> {
  const text = await readTextOrNull(file);
  if (text === null) throw new CommandFailure(`${file}: there is no such file`);
  return text;
}

/** Reads a text file; null when it is not there. */
export async function readTextOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw new CommandFailure(
      `${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Whether a file system call failed because the file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
