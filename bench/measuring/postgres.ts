// A PostgreSQL of a run's own, removed with everything of it when the run ends, however it ends; and the CPU time that it has used.
import { mkdtempSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeThrowawayFolder, startEmbeddedPostgres } from '@selvedge/embedded';
import { guard } from '@selvedge/testkit';

export interface BenchPostgres {
  /** The superuser's. */
  readonly url: string;
  /** For files of the run; it goes with the server. */
  readonly folder: string;
  /** User and system time of the postmaster and all that it has started; null where the system does not tell. */
  cpuSeconds(): number | null;
  remove(): Promise<void>;
}

/** @param isDurable on a disk, and what was committed is synced to it; otherwise in memory where there is room */
export async function openPostgres(isDurable: boolean): Promise<BenchPostgres> {
  const folder = isDurable ? await folderOnDisk() : await makeThrowawayFolder('bench');
  try {
    const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: isDurable });
    // Where the folder is out of its user's reach, the data lies elsewhere.
    const home = dirname(server.dataDir);
    const watch = guard(server.pid, home);
    return {
      url: server.url,
      folder,
      cpuSeconds: () => cpuSecondsOfTree(server.pid),
      remove: async () => {
        await server.stop();
        for (const made of new Set([home, folder])) await rm(made, { recursive: true, force: true });
        watch.dismiss();
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Linux' number of file systems in memory (statfs(2)). */
const tmpfs = 0x01021994;

async function folderOnDisk(): Promise<string> {
  const parent = process.env['TMPDIR'] ?? '/var/tmp';
  if (process.platform === 'linux' && statfsSync(parent).type === tmpfs)
    throw new Error(`expected a folder on a disk but got ${parent}, which is memory; set TMPDIR to another`);
  const folder = mkdtempSync(join(parent, 'selvedge-bench-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Of the kernel's clock in /proc, the same on all that Node runs on. */
const ticksPerSecond = 100;

/** Of a process, its children, and those of its children that it has buried. */
function cpuSecondsOfTree(root: number): number | null {
  for (;;) {
    const own = timesOf(root);
    if (own === null) return null;
    let ticks = own.user + own.system + own.buried;
    for (const name of readdirSync('/proc')) {
      const child = /^\d+$/.test(name) ? timesOf(Number(name)) : null;
      if (child?.parent === root) ticks += child.user + child.system;
    }
    // One that was buried meanwhile is in neither: a session that has just ended, with all of its time.
    if (timesOf(root)?.buried === own.buried) return ticks / ticksPerSecond;
  }
}

interface ProcessTimes {
  readonly parent: number;
  readonly user: number;
  readonly system: number;
  readonly buried: number;
}

/** proc(5), `/proc/pid/stat`; null where there is none, or not any more. */
function timesOf(pid: number): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may have anything in it; the third field is the first here.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (nth: number): number => Number(fields[nth - 3]);
    return { parent: field(4), user: field(14), system: field(15), buried: field(16) + field(17) };
  } catch {
    return null;
  }
}
