/**
 * Follows the supergraph file. The folder is watched rather than the file, because editors and deployments replace the
 * file; a slow poll is there for file systems that report nothing (network mounts, some containers). A text counts once
 * it has been read twice the same, so that a file in the middle of being written is not mistaken for a shorter one.
 */
import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SupergraphManager } from '@apollo/gateway';
import { StartError } from '../arguments.js';

interface FollowOptions {
  readonly path: string;
  /** The text that is in use; what follows is compared with it. */
  readonly initial: string;
  /** A text that is new. The next one is offered only after this has settled. Must not throw. */
  readonly onText: (text: string) => Promise<void>;
  readonly onUnreadable: (error: unknown) => void;
  /** Milliseconds. */
  readonly pollInterval?: number;
  readonly settleTime?: number;
}

/** The file, as @apollo/gateway has its sources of supergraphs. */
export function fileManager(options: Omit<FollowOptions, 'initial' | 'onText'>): SupergraphManager {
  return {
    async initialize({ update }) {
      const supergraphSdl = await firstText(options.path);
      // Ours can be waited for; others', who say that there is nothing to wait for, too.
      const offer: (text: string) => unknown = update;
      const follower = followFile({
        ...options,
        initial: supergraphSdl,
        async onText(text) {
          try {
            await offer(text);
          } catch {
            // Whoever refused it has said why, and the next text may be better.
          }
        },
      });
      return {
        supergraphSdl,
        cleanup: () => {
          follower.close();
          return Promise.resolve();
        },
      };
    },
  };
}

async function firstText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StartError(
      `expected a supergraph at ${path} but got: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

interface FileFollower {
  close(): void;
}

function followFile(options: FollowOptions): FileFollower {
  return new Follower(options);
}

class Follower implements FileFollower {
  private lastText: string;
  private isChecking = false;
  private isDue = false;
  private isClosed = false;
  private isReadable = true;
  private readonly poll: NodeJS.Timeout;
  private readonly watcher: FSWatcher | null;

  constructor(private readonly options: FollowOptions) {
    this.lastText = options.initial;
    const check = () => {
      void this.check();
    };
    this.poll = setInterval(check, options.pollInterval ?? 2_000).unref();
    this.watcher = watchFolder(dirname(options.path), check);
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.poll);
    this.watcher?.close();
  }

  /** One check at a time; a change during a check makes one more. */
  private async check(): Promise<void> {
    this.isDue = true;
    if (this.isChecking) return;
    this.isChecking = true;
    while (this.isDue && !this.isClosed) {
      this.isDue = false;
      const text = await this.settledText();
      if (text === null || text === this.lastText) continue;
      this.lastText = text;
      await this.options.onText(text);
    }
    this.isChecking = false;
  }

  /** `null`: it cannot be read at the moment, or is still changing (then another check is due). */
  private async settledText(): Promise<string | null> {
    try {
      const text = await readFile(this.options.path, 'utf8');
      this.isReadable = true;
      if (text === this.lastText) return text;
      await sleep(this.options.settleTime ?? 50);
      if ((await readFile(this.options.path, 'utf8')) === text) return text;
      this.isDue = true;
    } catch (error) {
      // Said once: a file that is gone stays gone for many polls. Between unlink and rename it is no news at all.
      if (this.isReadable) this.options.onUnreadable(error);
      this.isReadable = false;
    }
    return null;
  }
}

function watchFolder(folder: string, onEvent: () => void): FSWatcher | null {
  try {
    // An error (the folder is gone, too many watches) leaves the poll.
    return watch(folder, { persistent: false }, onEvent).on('error', () => undefined);
  } catch {
    return null;
  }
}
