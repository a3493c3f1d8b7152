// A folder of our own below /var/tmp: every user can reach /var/tmp, and it outlives a reboot, unlike /tmp.
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { hasCode } from './system-error.js';

/** `/var/tmp/selvedge-<uid>`; may be missing. */
export function privateFolderPath(): string {
  return `/var/tmp/selvedge-${process.getuid?.() ?? 0}`;
}

/**
 * Makes it if missing. Since anybody may create names in /var/tmp, a folder that is not ours alone is refused with an Error:
 * what lies in it is executed.
 */
export async function privateFolder(): Promise<string> {
  const folder = privateFolderPath();
  const uid = process.getuid?.() ?? 0;
  try {
    await mkdir(folder);
    await chmod(folder, 0o755);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0) {
    throw new Error(
      `expected ${folder} to be a folder that only uid ${uid} may write, but it is not; remove it`,
    );
  }
  return folder;
}
