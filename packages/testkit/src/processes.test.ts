import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnNode } from './processes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-processes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function entry(name: string, source: string): Promise<string> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, source);
  return file;
}

describe('a node process', () => {
  it('is waited for by message and by log, also after the fact', async () => {
    const child = spawnNode(
      await entry(
        'serves',
        `process.on('SIGTERM', () => process.exit(3));
         setInterval(() => {}, 1000);
         console.log('up as', process.env.NAME, process.env.VITEST, process.argv[2]);
         process.send({ type: 'listening', url: 'http://127.0.0.1:1' });
         process.send({ type: 'noise' });
         process.send({ type: 'ready' });
`,
      ),
      { env: { NAME: 'x' }, args: ['argument'] },
    );
    await child.waitFor('ready');
    expect(await child.waitFor('listening')).toEqual({ type: 'listening', url: 'http://127.0.0.1:1' });
    expect(child.messages().map(({ type }) => type)).toEqual(['listening', 'ready']);
    expect((await child.waitForLog(/up as (.*)/))[1]).toBe('x undefined argument');
    expect(await child.stop()).toEqual({ code: 3, signal: null });
  });

  it('that fails or ends is not waited for, and its log is told', async () => {
    const failing = spawnNode(
      await entry(
        'fails',
        `process.send({ type: 'failed', message: 'no store' }, () => { console.error('the reason'); process.exit(1); });`,
      ),
    );
    await expect(failing.waitFor('ready')).rejects.toThrow(
      /expected the message "ready" but it failed: no store/,
    );
    expect(await failing.waitFor('failed')).toEqual({ type: 'failed', message: 'no store' });

    const ending = spawnNode(await entry('ends', `console.error('the reason'); process.exitCode = 7;`));
    await expect(ending.waitFor('ready')).rejects.toThrow(/it ended \(7\); the end of its log:\nthe reason/);
  });

  it('is waited for in bounded time, and killed when it ignores SIGTERM', async () => {
    const child = spawnNode(
      await entry(
        'deaf',
        `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf');`,
      ),
    );
    await child.waitForLog(/deaf/);
    await expect(child.waitFor('ready', 10)).rejects.toThrow('not within 10 ms');
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
