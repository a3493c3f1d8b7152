// Whether a process lives, and whether it is still the one that had its pid before: pids are used again.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * When a living process began, in whatever unit the system tells it: to be compared for equality only. Undefined when there is no
 * such process; one that ended and was not waited for (nobody may, in a container) counts as gone.
 */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // proc(5): field 3 is the state and 22 the start; the command's name before them, in parentheses, may itself hold spaces.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  }
  if (process.platform === 'win32') return existsOnWindows(pid) ? 'unknown' : undefined;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(
    () => ({
      stdout: '',
    }),
  );
  const [state = '', ...began] = stdout.trim().split(/\s+/);
  return state === '' || state.startsWith('Z') ? undefined : began.join(' ');
}

function existsOnWindows(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
