// What postmaster.pid says, checked against the machine: the file outlives a SIGKILL and a power cut, and its process id may
// belong to something else by then (in a container it usually does). A live one is told by its command line.
import { execFile } from 'node:child_process';
import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasCode, processExists } from './system-error.js';

export interface Postmaster {
  readonly pid: number;
  /** 0 while it has not opened its socket yet. */
  readonly port: number;
  readonly ready: boolean;
}

/** The live server of this data folder. A file that a dead one left is no obstacle: it is removed where PostgreSQL would not. */
export async function livePostmaster(dataDir: string): Promise<Postmaster | undefined> {
  const file = join(dataDir, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  // Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status (miscadmin.h).
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (Number.isNaN(pid)) return undefined;
  if (await isPostmaster(pid, dataDir)) {
    return { pid, port: Number.parseInt(lines[3] ?? '0', 10), ready: lines[7]?.trim() === 'ready' };
  }
  // PostgreSQL itself replaces the file of a dead process, but refuses when the number is another live process of its user.
  const inTheWay = processExists(pid) && (await readFile(file, 'utf8').catch(() => '')) === text;
  if (inTheWay) await unlink(file).catch(() => undefined);
  return undefined;
}

/** Fast shutdown (sessions are ended, data is checkpointed); after 10 s immediate shutdown, after 5 s more SIGKILL. */
export async function stopPostmaster(pid: number, dataDir: string): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!(await isPostmaster(pid, dataDir))) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (hasCode(error, 'ESRCH')) return;
      throw error;
    }
    if (await isGone(pid, dataDir, patience)) return;
  }
  throw new Error(`PostgreSQL (pid ${pid}) of ${dataDir} does not end`);
}

async function isGone(pid: number, dataDir: string, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    if (!(await isPostmaster(pid, dataDir))) return true;
    await sleep(10);
  }
  return false;
}

/** The arguments that a server is started with, and told by afterwards: `-D` comes first and is not the last. */
export function postmasterArguments(dataDir: string, settings: Readonly<Record<string, string>>): string[] {
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** A zombie has no command line, and so counts as gone; nobody may ever reap it when process 1 of a container does not. */
async function isPostmaster(pid: number, dataDir: string): Promise<boolean> {
  return (await commandLine(pid)).includes(`/postgres -D ${dataDir} -c `);
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text.replaceAll('\0', ' ');
  }
  const listed = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(
    () => undefined,
  );
  return listed?.stdout ?? '';
}
