// One run of one service: a child process that reports over IPC and logs to a file.
import { fork, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { CommandFailure } from '../command-failure.js';
import { lastLogLines } from './log-file.js';
import { parseReport } from './report.js';

export interface ServiceSpec {
  readonly name: string;
  /** The built entry file. */
  readonly module: string;
  readonly args: readonly string[];
  /** Of Node itself; none unless told. */
  readonly nodeOptions?: readonly string[];
  /** All of the child's environment, without PORT. */
  readonly env: NodeJS.ProcessEnv;
  /** 0 for any free one. */
  readonly port: number;
  readonly logFile: string;
}

export interface ServiceProcess {
  readonly pid: number;
  /** The base URL once its socket listens. Rejects with a `CommandFailure` that shows the log's last lines when it ends before. */
  readonly listening: Promise<string>;
  /** Fulfilled once it can answer; rejects like `listening`. */
  readonly ready: Promise<void>;
  /** How it ended, in words. Never rejects. */
  readonly exited: Promise<string>;
  /** Asks it to finish, and kills it when it takes longer than it may. Resolves once it is gone. */
  stop(): Promise<void>;
  kill(): void;
}

/** A service finishes its requests for up to 5 s; what takes longer hangs. */
const stopTime = 7_000;

/** Modules are loaded and a socket is bound in less than a second; migrations and seeds come after. */
const listenTime = 60_000;

const shownLines = 20;

/**
 * Runs in the child before its own code. A service ends when its parent does, but it hears of that only once it listens to it, and a
 * parent that is killed while it still loads its modules would leave it for ever.
 */
const endWithParent = `data:text/javascript,${encodeURIComponent(
  `process.once('disconnect', () => setTimeout(() => process.exit(1), ${stopTime}).unref());`,
)}`;

/** Starts the process; what it prints is appended to its log file. */
export async function launch(spec: ServiceSpec, onProgress: (text: string) => void): Promise<ServiceProcess> {
  const log = await open(spec.logFile, 'a');
  try {
    const child = fork(spec.module, [...spec.args], {
      env: { ...spec.env, PORT: String(spec.port) },
      // Instead of ours: a debugger's port or a loader of this process is not the child's.
      execArgv: [...(spec.nodeOptions ?? []), '--import', endWithParent],
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      // Ctrl-C reaches every process of the terminal's group; the order in which services stop is this process's to keep.
      detached: true,
    });
    return follow(child, spec, onProgress);
  } finally {
    await log.close();
  }
}

function follow(child: ChildProcess, spec: ServiceSpec, onProgress: (text: string) => void): ServiceProcess {
  const listening = deferred<string>();
  const ready = deferred<undefined>();
  const exited = deferred<string>();
  let complaint: string | undefined;

  const patience = setTimeout(() => {
    complaint = `it did not listen within ${listenTime / 1000} s`;
    child.kill('SIGKILL');
  }, listenTime);
  child.on('message', (message) => {
    const report = parseReport(message);
    if (report?.type === 'listening') {
      clearTimeout(patience);
      listening.resolve(report.url);
    }
    if (report?.type === 'ready') ready.resolve(undefined);
    if (report?.type === 'progress') onProgress(report.text);
    if (report?.type === 'failed') complaint = report.message;
  });
  const end = (how: string): void => {
    clearTimeout(patience);
    exited.resolve(how);
    void describeFailure(spec, complaint ?? how).then((failure) => {
      listening.reject(failure);
      ready.reject(failure);
    });
  };
  child.once('exit', (code, signal) => {
    end(signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`);
  });
  // Without a pid it never ran, and there is no exit to come.
  child.once('error', (error) => {
    if (child.pid === undefined) end(error.message);
  });

  return {
    pid: child.pid ?? 0,
    listening: listening.promise,
    ready: ready.promise,
    exited: exited.promise,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTime);
      await exited.promise;
      clearTimeout(timer);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

async function describeFailure(spec: ServiceSpec, why: string): Promise<CommandFailure> {
  const lines = await lastLogLines(spec.logFile, shownLines).catch(() => []);
  const shown = lines.length === 0 ? 'It logged nothing.' : `Its last lines, from ${spec.logFile}:`;
  return new CommandFailure(
    [`${spec.name} did not start: ${why}. ${shown}`, ...lines.map((line) => `  ${line}`)].join('\n'),
  );
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

/** Its rejection may go unheard: whoever needs the value awaits it. */
function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  if (settle === undefined) throw new Error('expected a promise to run its executor at once');
  return { promise, ...settle };
}
