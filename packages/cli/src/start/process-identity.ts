// Whether a process lives, and whether it is still the one that had its pid before: pids are used again.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * When a living process began, in whatever unit the system tells it: to be compared for equality only. Undefined when there is no
 * such process; one that ended and was not waited for (nobody may, in a container) counts as gone.
 */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const { state, start } = parseStat(stat);
    return state === 'Z' || state === 'X' ? undefined : start;
  }
  if (process.platform === 'win32') return exists(pid) ? 'unknown' : undefined;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(
    () => ({
      stdout: '',
    }),
  );
  const [state = '', ...began] = stdout.trim().split(/\s+/);
  return state === '' || state.startsWith('Z') ? undefined : began.join(' ');
}

/** Whether a process is gone, quickly enough to ask several times a second. */
export function hasEnded(pid: number): boolean {
  if (process.platform !== 'linux') return !exists(pid);
  try {
    const { state } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return state === 'Z' || state === 'X';
  } catch {
    return true;
  }
}

/**
 * The npm that runs this process, if one does. It runs scripts through a shell, which some systems' `sh` stays and others' replaces
 * with the script; a shell that stays neither passes a signal on nor ends when npm is killed.
 */
export function findNpm(): number | undefined {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return undefined;
  const { command, parent } = describeProcess(process.ppid);
  return /^-?(ba|da|z|a|k)?sh$/.test(command) ? parent : process.ppid;
}

function describeProcess(pid: number): { command: string; parent: number } {
  if (process.platform === 'linux') {
    const { command, parent } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { command, parent: Number(parent) };
  }
  const [parent = '', command = ''] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], {
    encoding: 'utf8',
  })
    .trim()
    .split(/\s+/);
  return { command: command.replace(/.*\//, ''), parent: Number(parent) };
}

/** proc(5): fields 2 (the command's name, in parentheses, which may itself hold spaces and parentheses), 3, 4 and 22. */
function parseStat(stat: string): ProcessStat {
  const nameEnd = stat.lastIndexOf(')');
  const [state, parent, ...rest] = stat.slice(nameEnd + 2).split(' ');
  return { command: stat.slice(stat.indexOf('(') + 1, nameEnd), state, parent, start: rest[17] };
}

interface ProcessStat {
  readonly command: string;
  readonly state: string | undefined;
  readonly parent: string | undefined;
  /** In clock ticks since the machine started. */
  readonly start: string | undefined;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
