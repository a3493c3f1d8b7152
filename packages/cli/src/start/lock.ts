// One start per state folder: two would fight over its stores and logs. The lock names a process, not a moment, so that what a
// killed one left behind never blocks: a process counts as alive only with the start time that it wrote down, since pids are used again.
import { createHash, randomUUID } from 'node:crypto';
import { link, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure } from '../command-failure.js';
import { readTextOrNull } from '../read-text.js';
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

const breakingTime = 5_000;

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
    const text = await readTextOrNull(file);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (holder === undefined || !(await isAlive(holder))) {
      await removeStale(file, text);
      continue;
    }
    if (!(await lostItsNpm(holder)) || Date.now() > deadline) throw heldBy(holder);
    if (!told) onWait(holder.pid);
    told = true;
    await sleep(100);
  }
  return { release: () => rm(file, { force: true }) };
}

/**
 * Looks without taking: `free`, or `leaving` where what a killed start ran is ending.
 *
 * @throws CommandFailure that names the process which runs on this state folder
 */
export async function inspectLock(file: string): Promise<'free' | 'leaving'> {
  const text = await readTextOrNull(file);
  if (text === null) return 'free';
  const holder = parseHolder(text);
  if (holder === undefined || !(await isAlive(holder)) || (await lostItsNpm(holder))) return 'leaving';
  throw heldBy(holder);
}

function heldBy({ pid }: Holder): CommandFailure {
  return new CommandFailure(
    `Selvedge already runs on this state folder (process ${pid}): stop it with Ctrl-C or \`kill ${pid}\`, ` +
      'or set SELVEDGE_STATE to another folder and PORT to another port.',
  );
}

async function create(file: string, holder: Holder): Promise<boolean> {
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, JSON.stringify(holder));
  try {
    await link(unfinished, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/**
 * Many may find the same stale lock, and none of them may remove the one that another has taken since: who creates a file named
 * after the stale lock's text is the one that removes it, if it still has that text.
 */
async function removeStale(file: string, staleText: string): Promise<void> {
  const breaker = `${file}.${createHash('sha256').update(staleText).digest('hex').slice(0, 16)}`;
  try {
    await writeFile(breaker, '', { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const since = (await stat(breaker).catch(() => undefined))?.mtimeMs ?? Date.now();
    // Its creator was killed in the middle of what takes a millisecond.
    if (Date.now() - since > breakingTime) await rm(breaker, { force: true });
    await sleep(10);
    return;
  }
  try {
    if ((await readTextOrNull(file)) === staleText) await rm(file, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { pid, began, npmPid } = parsed as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== 'number' || typeof began !== 'string') return undefined;
    return { pid, began, ...(typeof npmPid === 'number' ? { npmPid } : {}) };
  } catch {
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function isAlive({ pid, began }: Holder): Promise<boolean> {
  return (await startTimeOf(pid)) === began;
}

async function lostItsNpm({ npmPid }: Holder): Promise<boolean> {
  return npmPid !== undefined && (await startTimeOf(npmPid)) === undefined;
}
