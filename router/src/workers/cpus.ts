/** How many processors this process may use at once: what `--workers auto` means. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The affinity of the process and the quota of its control group (a container's `cpus`), whichever is less; at least 1. */
export function usableCpus(readFile: (path: string) => string = readText): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quota(readFile))));
}

/** Of versions 2 and 1, where a container sees its own; Infinity where there is none. */
function quota(readFile: (path: string) => string): number {
  const [allowed = '', period = ''] = readFile('/sys/fs/cgroup/cpu.max').trim().split(' ');
  const version2 = Number(allowed) / Number(period);
  if (version2 > 0) return version2;
  const version1 =
    Number(readFile('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')) /
    Number(readFile('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
  return version1 > 0 ? version1 : Infinity;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
