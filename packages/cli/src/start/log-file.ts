// One log file a service: the previous start's is kept beside it, and a failure is told with its last lines.
import { open, rename, type FileHandle } from 'node:fs/promises';
import { isMissing } from '../read-text.js';

/** How much of a log's end is looked at for its last lines, in bytes. */
const tailSize = 64 * 1024;

/** Moves the log of the previous start to `<name>.previous.log`, so that this start's log begins empty. */
export async function rotateLog(file: string): Promise<void> {
  try {
    await rename(file, file.replace(/\.log$/, '.previous.log'));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The last lines of a log, in words where they are pino's JSON; empty when there is no log. */
export async function lastLogLines(file: string, count: number): Promise<string[]> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    const start = Math.max(0, size - tailSize);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return lines
      .filter((line) => line.trim() !== '')
      .slice(-count)
      .flatMap(readable);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  } finally {
    await handle?.close();
  }
}

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

function readable(line: string): string[] {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return [line];
  }
  if (typeof entry !== 'object' || entry === null || !('msg' in entry) || typeof entry.msg !== 'string')
    return [line];
  const level = 'level' in entry && typeof entry.level === 'number' ? (levels[entry.level] ?? '') : '';
  const stack = 'err' in entry ? stackOf(entry.err) : undefined;
  return [`${level.padEnd(5)} ${entry.msg}`, ...(stack?.split('\n') ?? [])];
}

function stackOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('stack' in error && typeof error.stack === 'string') return error.stack;
  return 'message' in error && typeof error.message === 'string' ? error.message : undefined;
}
