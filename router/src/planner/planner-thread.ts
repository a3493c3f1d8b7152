/** One planning thread as the main thread sees it: how it starts, how it answers, and of what it died. */
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { ClientError } from '@selvedge/errors';
import type { PlannerReply, PlannerThreadData } from './planner-messages.js';
import type { PlanRequest, SupergraphDigest } from './supergraph-planner.js';

export interface PlannerThread {
  /** When the supergraph is read. @throws UnreadableSupergraph, ThreadEnded */
  readonly ready: Promise<SupergraphDigest>;
  /** One at a time. @throws ClientError, ThreadEnded */
  plan(request: PlanRequest): Promise<QueryPlan>;
  terminate(): Promise<void>;
}

/** Its message is the reason alone. */
export class UnreadableSupergraph extends Error {}

/** The thread is no more, and what it was asked is not answered. */
export class ThreadEnded extends Error {
  constructor(
    readonly isOutOfMemory: boolean,
    cause?: Error,
  ) {
    const reason = cause === undefined ? '' : `: ${cause.message}`;
    super(
      isOutOfMemory ? 'the planning thread ran out of memory' : `the planning thread has ended${reason}`,
      {
        cause,
      },
    );
  }
}

/** @param heapLimit of the thread, in megabytes */
export function startPlannerThread(data: PlannerThreadData, heapLimit: number): PlannerThread {
  return new WorkerThread(
    new Worker(workerUrl(), {
      workerData: data,
      name: 'planner',
      resourceLimits: { maxOldGenerationSizeMb: heapLimit },
    }),
  );
}

interface Waiting<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

class WorkerThread implements PlannerThread {
  readonly ready: Promise<SupergraphDigest>;
  private starting: Waiting<SupergraphDigest> | null = null;
  private planning: Waiting<QueryPlan> | null = null;
  private ended: ThreadEnded | null = null;

  constructor(private readonly worker: Worker) {
    this.ready = new Promise((resolve, reject) => {
      this.starting = { resolve, reject };
    });
    // Whoever awaits it hears of a failure; that nobody does is no unhandled rejection.
    this.ready.catch(() => undefined);
    worker.on('message', (reply: PlannerReply) => {
      this.receive(reply);
    });
    worker.on('error', (error) => {
      this.end(new ThreadEnded('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY', error));
    });
    worker.on('exit', () => {
      this.end(new ThreadEnded(false));
    });
  }

  plan(request: PlanRequest): Promise<QueryPlan> {
    return new Promise((resolve, reject) => {
      if (this.ended !== null) {
        reject(this.ended);
        return;
      }
      this.planning = { resolve, reject };
      this.worker.postMessage(request);
    });
  }

  async terminate(): Promise<void> {
    if (this.ended === null) {
      const exit = once(this.worker, 'exit');
      await this.worker.terminate();
      await exit;
    }
  }

  private receive(reply: PlannerReply): void {
    switch (reply.kind) {
      case 'ready':
        // A listening server keeps the process; an idle thread alone need not.
        this.worker.unref();
        this.starting?.resolve(reply.digest);
        break;
      case 'unreadable':
        this.starting?.reject(new UnreadableSupergraph(reply.message));
        break;
      case 'plan':
        this.settle()?.resolve(reply.plan);
        break;
      case 'failure':
        this.settle()?.reject(failureOf(reply));
        break;
    }
  }

  private settle(): Waiting<QueryPlan> | null {
    const waiting = this.planning;
    this.planning = null;
    return waiting;
  }

  private end(reason: ThreadEnded): void {
    if (this.ended !== null) return;
    this.ended = reason;
    this.starting?.reject(reason);
    this.settle()?.reject(reason);
  }
}

function failureOf({ code, message, stack }: Extract<PlannerReply, { kind: 'failure' }>): Error {
  if (code !== null) return new ClientError(code, message);
  const error = new Error(message);
  error.stack = stack;
  return error;
}

/** Beside the bundle; from sources (tests), a script that bundles the thread's sources first. */
function workerUrl(): URL {
  const extension = extname(import.meta.url);
  const path = extension === '.ts' ? '../testing/planner-worker.mjs' : `./planner-worker${extension}`;
  return new URL(path, import.meta.url);
}
