/** The router as a process of its own, built as it ships; it never outlives the test. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { build, root, staleTargets } from '../../../scripts/build.mjs';
import type { Cleanup } from './test-router.js';

export interface RouterProcess {
  readonly child: ChildProcess;
  readonly messages: Record<string, unknown>[];
  readonly output: { stdout: string; stderr: string };
  readonly exit: Promise<number | null>;
}

/** Builds what ships, unless it is up to date. @returns the path of its entry */
export async function builtRouter(): Promise<string> {
  await build(staleTargets(['router']));
  return join(root, 'router/dist/main.js');
}

export function launchRouter(
  bundle: string,
  cleanup: Cleanup,
  args: string[],
  env: Record<string, string> = {},
): RouterProcess {
  const child = fork(bundle, args, { silent: true, env: { PATH: process.env['PATH'], ...env } });
  const messages: Record<string, unknown>[] = [];
  const output = { stdout: '', stderr: '' };
  child.on('message', (message) => messages.push(message as Record<string, unknown>));
  const streams = (['stdout', 'stderr'] as const).map((name) => {
    const stream = child[name];
    stream?.on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
    return stream && once(stream, 'close');
  });
  // Not 'close' of the child: it never comes where the parent has called disconnect().
  const exit = Promise.all([once(child, 'exit'), ...streams]).then(([[code]]) => code as number | null);
  void cleanup.add(child, async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, messages, output, exit };
}

export async function listening(router: RouterProcess): Promise<string> {
  await vi.waitFor(
    () => {
      expect(router.messages).toContainEqual({ type: 'ready' });
    },
    { timeout: 60_000 },
  );
  expect(router.messages[0]).toMatchObject({ type: 'listening' });
  return String(router.messages[0]?.['url']);
}
