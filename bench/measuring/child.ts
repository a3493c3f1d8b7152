// A process that is measured. A few lines are loaded ahead of its own code, whatever it is, and tell over Node's IPC what CPU time
// and memory it has used; it says itself where it listens. It ends when its parent does.
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** That it has been sent over HTTP; 0 unless it `countsRequests`. */
  readonly requests: number;
}

export interface ChildOptions {
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Pinned to this CPU, where the system has `taskset`. */
  readonly cpu?: number;
  /** Such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
  readonly countsRequests?: boolean;
  /** It says `ready` some time after it listens, and is waited for. */
  readonly saysReady?: boolean;
}

export const canPin = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;

const probe = (countsRequests: boolean): string => `let requests = 0;
${countsRequests ? countingRequests : ''}
process.on('message', (message) => {
  if (message !== 'usage' && message !== 'usage after collection') return;
  if (message !== 'usage') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const heapBytes = heapUsed + arrayBuffers;
  process.send({ type: 'usage', cpuSeconds: (user + system) / 1e6, residentBytes: rss, heapBytes, requests });
});`;

const countingRequests = `import { subscribe } from 'node:diagnostics_channel';
subscribe('http.server.request.start', () => { requests += 1; });`;

export class Child {
  readonly #process: ChildProcess;

  private constructor(
    child: ChildProcess,
    /** What it said with its message `listening`. */
    readonly listening: Readonly<Record<string, unknown>>,
  ) {
    this.#process = child;
  }

  /** Resolves when it listens, and is ready where it says so. */
  static async start({ file, args = [], env = {}, cpu, ...options }: ChildOptions): Promise<Child> {
    const { nodeOptions = [], countsRequests = false, saysReady = false } = options;
    const node = [
      '--import',
      `data:text/javascript,${encodeURIComponent(probe(countsRequests))}`,
      ...nodeOptions,
    ];
    const isPinned = cpu !== undefined && canPin;
    const child = fork(file, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      ...(isPinned
        ? { execPath: 'taskset', execArgv: ['-c', String(cpu), process.execPath, ...node] }
        : { execArgv: node }),
    });
    const [listening] = await Promise.all([
      nextMessage(child, 'listening'),
      saysReady ? nextMessage(child, 'ready') : undefined,
    ]);
    return new Child(child, listening);
  }

  /** @param isCollected after a garbage collection, for a child that runs with `--expose-gc` */
  async usage(isCollected = false): Promise<Usage> {
    const answer = nextMessage(this.#process, 'usage');
    this.#process.send(isCollected ? 'usage after collection' : 'usage');
    return (await answer) as unknown as Usage;
  }

  tell(message: object): void {
    this.#process.send(message);
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    const ended = exitCode === null && signalCode === null ? once(this.#process, 'exit') : undefined;
    if (this.#process.connected) this.#process.disconnect();
    await ended;
  }
}

/** The next message of this type; others are left alone. */
function nextMessage(child: ChildProcess, type: string): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(
        new Error(
          `${child.spawnargs.at(-1) ?? 'a child'} ended before its time (exit code ${code ?? 'none'})`,
        ),
      );
    };
    const onMessage = (message: Readonly<Record<string, unknown>>): void => {
      if (message['type'] === 'failed') {
        reject(new Error(String(message['message'])));
        return;
      }
      if (message['type'] !== type) return;
      child.off('message', onMessage).off('exit', onExit);
      resolve(message);
    };
    child.on('message', onMessage).once('exit', onExit);
  });
}
