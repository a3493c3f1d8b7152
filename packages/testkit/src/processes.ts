// A built Node entry as a child with an IPC channel, as `npm start` runs it: its log is collected, its messages can be waited
// for in bounded time, and it never outlives the test file.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a router or subgraph process tells its parent. */
export type ChildMessage =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string };

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface NodeProcessOptions {
  readonly args?: readonly string[];
  /** Added to PATH, HOME and TMPDIR; nothing else is inherited, so that vitest's own variables change nothing. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Node's own arguments. */
  readonly execArgv?: readonly string[];
}

export interface NodeProcess {
  readonly pid: number;
  /** Resolves once it has ended and its output is complete. */
  readonly exited: Promise<Exit>;
  /** stdout and stderr so far. */
  log(): string;
  messages(): readonly ChildMessage[];
  /**
   * The first message of the type, also one that came already. Rejects, with the end of the log, when the process ends or says
   * `failed` first, or after the time (default 20 s).
   */
  waitFor<T extends ChildMessage['type']>(
    type: T,
    timeoutMs?: number,
  ): Promise<Extract<ChildMessage, { type: T }>>;
  /** Resolves once the log matches; rejects when the process ends, or after the time (default 20 s). */
  waitForLog(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** SIGTERM (or another), then SIGKILL after 10 s. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  /** SIGKILL. */
  kill(): Promise<Exit>;
}

export function spawnNode(entry: string | URL, options: NodeProcessOptions = {}): NodeProcess {
  const child = fork(typeof entry === 'string' ? entry : fileURLToPath(entry), [...(options.args ?? [])], {
    env: { ...inherited(), ...options.env },
    execArgv: [...(options.execArgv ?? [])],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`expected ${String(entry)} to start but it did not`);

  const record: Recorded = { log: '', messages: [], ended: undefined, changed: new Set() };
  const announce = (): void => {
    for (const listener of record.changed) listener();
  };
  const collect = (chunk: Buffer): void => {
    record.log += chunk.toString();
    announce();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  child.on('message', (message: unknown) => {
    if (isChildMessage(message)) record.messages.push(message);
    announce();
  });
  const endWithUs = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', endWithUs);
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      process.off('exit', endWithUs);
      record.ended = { code, signal };
      resolve(record.ended);
      announce();
    });
  });

  return {
    pid,
    exited,
    log: () => record.log,
    messages: () => record.messages,
    waitFor: (type, timeoutMs) =>
      until(record, `the message "${type}"`, timeoutMs, type !== 'failed', () =>
        record.messages.find((message) => isOfType(message, type)),
      ),
    waitForLog: (pattern, timeoutMs) =>
      until(
        record,
        `${String(pattern)} in the log`,
        timeoutMs,
        false,
        () => pattern.exec(record.log) ?? undefined,
      ),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const impatience = setTimeout(endWithUs, 10_000);
      return exited.finally(() => {
        clearTimeout(impatience);
      });
    },
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

interface Recorded {
  log: string;
  messages: ChildMessage[];
  ended: Exit | undefined;
  changed: Set<() => void>;
}

/** Looks for something in the record now and after each change of it. */
function until<T>(
  record: Recorded,
  what: string,
  timeoutMs = 20_000,
  failsOnFailed: boolean,
  find: () => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      record.changed.delete(look);
      act();
    };
    const giveUp = (why: string): void => {
      settle(() => {
        reject(new Error(`expected ${what} but ${why}; the end of its log:\n${record.log.slice(-4000)}`));
      });
    };
    const look = (): void => {
      const found = find();
      const failed = failsOnFailed ? record.messages.find((message) => message.type === 'failed') : undefined;
      if (found !== undefined) {
        settle(() => {
          resolve(found);
        });
      } else if (failed !== undefined) {
        giveUp(`it failed: ${failed.message}`);
      } else if (record.ended !== undefined) {
        giveUp(`it ended (${record.ended.code ?? record.ended.signal ?? 'unknown'})`);
      }
    };
    const timer = setTimeout(() => {
      giveUp(`not within ${timeoutMs} ms`);
    }, timeoutMs);
    record.changed.add(look);
    look();
  });
}

function isOfType<T extends ChildMessage['type']>(
  message: ChildMessage,
  type: T,
): message is Extract<ChildMessage, { type: T }> {
  return message.type === type;
}

function isChildMessage(value: unknown): value is ChildMessage {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  switch (value.type) {
    case 'listening':
      return 'url' in value && typeof value.url === 'string';
    case 'progress':
      return 'text' in value && typeof value.text === 'string';
    case 'ready':
      return true;
    case 'failed':
      return 'message' in value && typeof value.message === 'string';
    default:
      return false;
  }
}

function inherited(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}
