// What scripts/bootstrap.mjs loads for `npm start`: a bundle without the other commands, so that a cold start need not build them.
import { startCommand } from './command.js';
import type { StartSource } from './start.js';

/** Runs `selvedge start` with these arguments and resolves when everything is stopped again; `process.exitCode` tells how it went. */
export async function startFromSource(args: readonly string[], source: StartSource): Promise<void> {
  await startCommand(source).parseAsync(args, { from: 'user' });
}
