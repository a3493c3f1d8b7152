/** One worker as the primary sees it: what it can be asked, and how it ended. */
import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { workerVariable, type FromWorker, type Served, type ToWorker } from './messages.js';

export interface WorkerSpec {
  /** The router's own entry. */
  readonly file: string;
  readonly args: readonly string[];
  /** Node's arguments. */
  readonly execArgv: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** It said what is wrong with what it was to serve. */
export class StartRefused extends Error {}

/** It ended before it had answered. */
export class WorkerEnded extends Error {}

/** It lives, and says no. */
class WorkerRefused extends Error {}

/** Whether it will do what it was asked is not known. */
export class WorkerSilent extends Error {}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerProcess {
  /** @throws StartRefused, WorkerEnded */
  readonly ready: Promise<void>;
  readonly exited: Promise<Exit>;
  /** Set when `ready` has resolved (`performance.now()`). */
  readySince: number | null = null;
  /** Told to end, so that its end is no news. */
  isLeaving = false;
  onLeaving: () => void = () => undefined;
  onLastMetrics: (value: unknown) => void = () => undefined;
  /** It has received a connection, or some have ended. */
  onConnections: () => void = () => undefined;
  private open = 0;
  /** On their way to it, in the order of their going. */
  private readonly untaken: Socket[] = [];
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;
  private settleStart: Waiting = { resolve: () => undefined, reject: () => undefined };

  constructor(
    readonly number: number,
    private current: Served,
    { file, args, execArgv }: WorkerSpec,
  ) {
    this.child = fork(file, [...args], {
      env: { ...process.env, [workerVariable]: String(number) },
      execArgv: [...execArgv],
    });
    this.ready = new Promise<unknown>((resolve, reject) => {
      this.settleStart = { resolve, reject };
    }).then(() => {
      this.readySince = performance.now();
    });
    // Whoever waits for it hears of it; a worker that nobody waits for any more is no unhandled rejection.
    this.ready.catch(() => undefined);
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit) => {
        this.fail(new WorkerEnded(`worker ${number} has ended (${describeExit(exit)})`));
        resolve(exit);
      };
      this.child.once('exit', (code, signal) => {
        end({ code, signal });
      });
      // It could not even be started.
      this.child.once('error', () => {
        if (this.child.pid === undefined) end({ code: 1, signal: null });
      });
    });
    this.child.on('message', (message) => {
      this.hear(message as FromWorker);
    });
    this.tell({ type: 'serve', ...current });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get served(): Served {
    return this.current;
  }

  get openConnections(): number {
    return this.open;
  }

  /** It has a connection on the way to it that it has not seen yet: it may be busy, or about to die. */
  get isBusy(): boolean {
    return this.untaken.length > 0;
  }

  /**
   * Our own hold on the connection is let go once the worker has it. Without that, node (20.20) and node:cluster keep a
   * connection open for ever that was on its way to a worker when it died: its client would wait for nothing.
   */
  give(socket: Socket): void {
    this.open += 1;
    this.untaken.push(socket);
    const message: ToWorker = { type: 'connection' };
    // A failure is followed by the end of the worker, which is where its connections are ended.
    this.child.send(message, socket, { keepOpen: true }, () => undefined);
  }

  /** @throws WorkerRefused with the reason, WorkerEnded, WorkerSilent */
  async replaceSupergraph(sdl: string, timeout: number): Promise<void> {
    await this.ask((id) => ({ type: 'replace supergraph', id, sdl }), timeout);
    this.current = { ...this.current, sdl };
  }

  /** @throws WorkerRefused, WorkerEnded, WorkerSilent */
  collectMetrics(timeout: number): Promise<unknown> {
    return this.ask((id) => ({ type: 'collect metrics', id }), timeout);
  }

  retire(patience: number, linger: number): void {
    this.isLeaving = true;
    this.tell({ type: 'retire', patience, linger });
  }

  stop(): void {
    this.isLeaving = true;
    this.tell({ type: 'stop' });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private async ask(message: (id: number) => ToWorker, timeout: number): Promise<unknown> {
    const id = this.nextId++;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.waiting.set(id, { resolve, reject });
        timer = setTimeout(() => {
          reject(new WorkerSilent(`worker ${this.number} has not answered within ${timeout} ms`));
        }, timeout);
        if (this.child.connected) this.tell(message(id));
        else reject(new WorkerEnded(`worker ${this.number} has ended`));
      });
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  private tell(message: ToWorker): void {
    // A worker that is gone by now is dealt with where it exits.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private hear(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.settleStart.resolve(undefined);
        return;
      case 'failed':
        this.settleStart.reject(new StartRefused(message.message));
        return;
      case 'connections':
        for (const socket of this.untaken.splice(0, message.taken)) socket.destroy();
        this.open -= message.ended;
        this.onConnections();
        return;
      case 'done':
        this.waiting.get(message.id)?.resolve(message.value);
        return;
      case 'refused':
        this.waiting.get(message.id)?.reject(new WorkerRefused(message.reason));
        return;
      case 'leaving':
        this.onLeaving();
        return;
      case 'last metrics':
        this.onLastMetrics(message.value);
        return;
    }
  }

  private fail(error: WorkerEnded): void {
    this.settleStart.reject(error);
    for (const { reject } of this.waiting.values()) reject(error);
    for (const socket of this.untaken.splice(0)) socket.destroy();
  }
}

export function describeExit({ code, signal }: Exit): string {
  return signal ?? `exit code ${code ?? 'none'}`;
}
