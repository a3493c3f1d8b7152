import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { usableCpus } from './cpus.js';

test.each<[string, Record<string, string>, number]>([
  ['no control group', {}, availableParallelism()],
  ['no quota', { 'cpu.max': 'max 100000\n' }, availableParallelism()],
  ['a quota below one', { 'cpu.max': '50000 100000\n' }, 1],
  ['a quota', { 'cpu.max': '150000 100000\n' }, Math.min(2, availableParallelism())],
  ['a quota above what there is', { 'cpu.max': '99900000 100000\n' }, availableParallelism()],
  ['one of version 1', { 'cpu/cpu.cfs_quota_us': '100000\n', 'cpu/cpu.cfs_period_us': '100000\n' }, 1],
  [
    'none of version 1',
    { 'cpu/cpu.cfs_quota_us': '-1\n', 'cpu/cpu.cfs_period_us': '100000\n' },
    availableParallelism(),
  ],
])('with %s', (_, files, expected) => {
  expect(usableCpus((path) => files[path.replace('/sys/fs/cgroup/', '')] ?? '')).toBe(expected);
});
