// Work that must appear whole or not at all (a copy of the binaries, a new cluster) is done in a scratch folder and renamed.
// A process killed midway leaves its scratch folder, which carries its pid, so that the next one can sweep it.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasCode, processExists } from './system-error.js';

/** Makes an empty folder beside `target` and runs `fill` with it; removes it afterwards, whatever happened. */
export async function withScratch(target: string, fill: (scratch: string) => Promise<void>): Promise<void> {
  await sweepScratch(target);
  const scratch = `${scratchPrefix(target)}${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(scratch);
  await chmod(scratch, 0o755); // whatever the umask: the server's user has to pass
  try {
    await fill(scratch);
  } finally {
    await remove(scratch);
  }
}

/** Renames a finished folder to `target`. False when another process was there first: its folder stands, ours is dropped. */
export async function publish(folder: string, target: string): Promise<boolean> {
  try {
    await rename(folder, target);
    return true;
  } catch (error) {
    // POSIX lets rename replace an empty folder only, so a finished one is never overwritten.
    if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function sweepScratch(target: string): Promise<void> {
  const prefix = basename(scratchPrefix(target));
  for (const name of await readdir(dirname(target))) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isInteger(pid) && pid !== process.pid && !processExists(pid))
      await remove(join(dirname(target), name));
  }
}

function scratchPrefix(target: string): string {
  return `${target}.unfinished-`;
}

/** An initdb that outlived its parent may still write here for a moment; what stays is swept by the next start. */
async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => undefined);
}
