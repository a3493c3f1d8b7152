// One start per state folder: two would fight over its stores and logs. The lock names a process, not a moment, so that what a
// killed one left behind never blocks: a process counts as alive only with the start time that it wrote down, since pids are used again.
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure } from '../command-failure.js';
import { isMissing } from '../read-text.js';
import { startTimeOf } from './process-identity.js';

interface Holder {
  readonly pid: number;
  /** When that process began, in whatever unit the system tells it; compared for equality only. */
  readonly began: string;
  /** The npm that runs it, if one does. */
  readonly npmPid?: number;
}

export interface StateLock {
  release(): Promise<void>;
}

/** How long a holder whose npm was killed may take to stop, in milliseconds; longer than the stop of every service takes. */
const stoppingTime = 25_000;

/**
 * Takes the lock, waiting only for a holder that is about to stop.
 *
 * @param npmPid of the npm that runs this process, if one does
 * @param onWait told once, when there is something to wait for
 * @throws CommandFailure that names the process which runs on this state folder
 */
export async function takeLock(
  file: string,
  npmPid: number | undefined,
  onWait: (pid: number) => void = () => undefined,
): Promise<StateLock> {
  const self: Holder = {
    pid: process.pid,
    began: (await startTimeOf(process.pid)) ?? '',
    ...(npmPid === undefined ? {} : { npmPid }),
  };
  const deadline = Date.now() + stoppingTime;
  let told = false;
  while (!(await create(file, self))) {
    const holder = await read(file);
    if (holder === undefined || !(await isAlive(holder))) {
      await removeStale(file, holder);
      continue;
    }
    const stops = holder.npmPid !== undefined && (await startTimeOf(holder.npmPid)) === undefined;
    if (!stops || Date.now() > deadline) {
      throw new CommandFailure(
        `Selvedge already runs on this state folder (process ${holder.pid}): stop it with Ctrl-C or \`kill ${holder.pid}\`, ` +
          'or set SELVEDGE_STATE to another folder.',
      );
    }
    if (!told) onWait(holder.pid);
    told = true;
    await sleep(100);
  }
  return { release: () => rm(file, { force: true }) };
}

async function create(file: string, holder: Holder): Promise<boolean> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, JSON.stringify(holder));
  try {
    await link(unfinished, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Two may find the same stale lock: the slower must not remove the lock that the faster has taken since. */
async function removeStale(file: string, stale: Holder | undefined): Promise<void> {
  const aside = `${file}.stale.${process.pid}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const moved = await read(aside);
  if (moved !== undefined && (moved.pid !== stale?.pid || moved.began !== stale.began)) {
    await link(aside, file).catch(() => undefined);
  }
  await rm(aside, { force: true });
}

async function read(file: string): Promise<Holder | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { pid, began, npmPid } = parsed as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== 'number' || typeof began !== 'string') return undefined;
    return { pid, began, ...(typeof npmPid === 'number' ? { npmPid } : {}) };
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, began }: Holder): Promise<boolean> {
  return (await startTimeOf(pid)) === began;
}
