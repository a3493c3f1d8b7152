// Where a cluster goes that need not outlive its user. In memory where there is room: the server's many small files make
// creating a database 6 to 8 times as fast there (measured: 35 ms against 280 ms in /tmp on a busy disk).
import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A container has 64 MB there by default, which one cluster fills. */
const enoughBytes = 2 * 1024 ** 3;

/** Makes an empty folder that every user can enter; its maker removes it. TMPDIR, where set, has the last word. */
export async function makeThrowawayFolder(name: string): Promise<string> {
  const wanted = (process.env['TMPDIR'] ?? '') === '' && (await hasRoom()) ? [memory, tmpdir()] : [tmpdir()];
  for (const parent of wanted) {
    const folder = await mkdtemp(join(parent, `selvedge-${name}-`)).catch(() => undefined);
    if (folder === undefined) continue;
    await chmod(folder, 0o755);
    return folder;
  }
  throw new Error(`expected a writable temporary folder but ${wanted.join(' and ')} is none`);
}

async function hasRoom(): Promise<boolean> {
  const found = await statfs(memory).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize >= enoughBytes;
}
