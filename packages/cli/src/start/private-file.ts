// Files that hold secrets: whole or not there, and readable by their owner alone.
import { rename, writeFile } from 'node:fs/promises';

/** Writes the file with mode 0600, so that no reader sees half of it. */
export async function writePrivately(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, file);
}
