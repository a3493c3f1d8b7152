import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandFailure } from '../command-failure.js';
import { takeLock } from './lock.js';
import { startTimeOf } from './process-identity.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-lock-'));
  file = join(folder, 'start.lock');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the lock of a state folder', () => {
  test('is refused while its holder lives, and free once released', async () => {
    const lock = await takeLock(file, undefined);
    await expect(takeLock(file, undefined)).rejects.toThrow(
      `Selvedge already runs on this state folder (process ${process.pid})`,
    );
    await lock.release();
    await (await takeLock(file, undefined)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, began: '1' })],
    ['of a process whose pid another has now', JSON.stringify({ pid: process.pid, began: '1' })],
    ['that is empty', ''],
    ['that is no object', '"held"'],
  ])('is taken over when it is one %s', async (_what, text) => {
    await writeFile(file, text);
    await takeLock(file, undefined);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      pid: process.pid,
      began: await startTimeOf(process.pid),
    });
  });

  test('goes to one only of many who find the same stale one', async () => {
    for (let round = 0; round < 20; round++) {
      await writeFile(file, JSON.stringify({ pid: process.pid, began: '1' }));
      const takers = Array.from({ length: 8 }, () => takeLock(file, undefined));
      const outcomes = await Promise.allSettled(takers);
      const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refusals).toHaveLength(7);
      for (const { reason } of refusals) expect(reason).toBeInstanceOf(CommandFailure);
      expect(await readdir(folder)).toEqual(['start.lock']);
      await rm(file);
    }
  });

  test('is waited for where its holder lost its npm and so is about to stop', async () => {
    const gone = 2 ** 22 + 1;
    const lock = await takeLock(file, gone);
    const waitedFor: number[] = [];
    const next = takeLock(file, undefined, (pid) => {
      waitedFor.push(pid);
      void lock.release();
    });
    await (await next).release();
    expect(waitedFor).toEqual([process.pid]);
  });
});
