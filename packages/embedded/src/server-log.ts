// PostgreSQL's log: one file beside the data folder, appended to by every start; its new lines explain a start that failed.
import { open, rename, stat } from 'node:fs/promises';
import type { ServerIdentity } from './identity.js';

/** The file is begun anew past this size; the one before is kept as `<file>.1`. */
const sizeLimit = 10 * 1024 * 1024;

export interface ServerLog {
  /** For the child's stdout and stderr; the caller closes the log once the child has it. */
  readonly fd: number;
  close(): Promise<void>;
  /** What was written since the log was opened, at most its last 64 KiB. */
  written(): Promise<string>;
}

export async function openServerLog(file: string, owner: ServerIdentity): Promise<ServerLog> {
  if (((await stat(file).catch(() => undefined))?.size ?? 0) > sizeLimit) await rename(file, `${file}.1`);
  const handle = await open(file, 'a', 0o600);
  if (owner !== undefined) await handle.chown(owner.uid, owner.gid); // who may start it next without root
  const start = (await handle.stat()).size;
  return {
    fd: handle.fd,
    close: () => handle.close(),
    written: () => readFrom(file, start),
  };
}

/** The last lines, indented, for an error message. */
export function lastLines(text: string, count = 12): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-count)
    .map((line) => `\n  ${line}`)
    .join('');
}

async function readFrom(file: string, start: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(start, size - 65_536);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    await handle.read(buffer, 0, buffer.length, from);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}
