import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lastLogLines, rotateLog } from './log-file.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-log-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('the last lines are in words, with the stack of an error, and other text as it is', async () => {
  const file = join(folder, 'reviews.log');
  const error = { type: 'Error', message: 'no', stack: 'Error: no\n    at here' };
  await writeFile(
    file,
    [
      JSON.stringify({ level: 30, time: 1, msg: 'listening' }),
      '(node:1) Warning: something',
      JSON.stringify({ level: 50, err: error, msg: 'cannot migrate' }),
      '{"not": "pino"}',
      '{ broken',
      '',
    ].join('\n'),
  );
  expect(await lastLogLines(file, 4)).toEqual([
    '(node:1) Warning: something',
    'error cannot migrate',
    'Error: no',
    '    at here',
    '{"not": "pino"}',
    '{ broken',
  ]);
});

test('of a huge log only the end is read', async () => {
  const file = join(folder, 'huge.log');
  for (let part = 0; part < 20; part++) await appendFile(file, `${'x'.repeat(99)}\n`.repeat(1_000));
  await appendFile(file, 'the end\n');
  expect(await lastLogLines(file, 2)).toEqual(['x'.repeat(99), 'the end']);
});

test('where there is no log there are no lines', async () => {
  expect(await lastLogLines(join(folder, 'none.log'), 20)).toEqual([]);
});

test('the log of the previous start is kept, and only that', async () => {
  const file = join(folder, 'router.log');
  await rotateLog(file);
  await writeFile(file, 'first');
  await rotateLog(file);
  await writeFile(file, 'second');
  await rotateLog(file);
  expect(await readFile(join(folder, 'router.previous.log'), 'utf8')).toBe('second');
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});
