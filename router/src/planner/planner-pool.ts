/**
 * Planning beside the main thread, bounded in time and memory (docs/adr/0009-planning-threads.md). One thread plans, one
 * operation after the other; when one takes long while others wait, a second thread is started for the others. A thread
 * that overruns its time or its heap is ended, and only the operation that did it fails.
 */
import type { QueryPlan } from '@apollo/query-planner';
import { ClientError } from '@selvedge/errors';
import { ThreadEnded, type PlannerThread } from './planner-thread.js';
import type { PlanRequest, SupergraphDigest } from './supergraph-planner.js';

export interface PlannerPoolOptions {
  /** Milliseconds for one plan. */
  readonly timeout: number;
  /** Milliseconds after which others are not left waiting behind it. */
  readonly patience?: number;
  readonly maxThreads?: number;
  /** Milliseconds after which a thread that is one too many is ended. */
  readonly idleTime?: number;
}

export interface PlannerPool {
  readonly digest: SupergraphDigest;
  /** @throws ClientError, OverrunError */
  plan(request: PlanRequest): Promise<QueryPlan>;
  close(): Promise<void>;
}

/** An operation whose planning took more time or memory than there is for one. */
export class OverrunError extends ClientError {
  constructor(what: string) {
    super(
      'QUERY_PLANNING_FAILED',
      `expected an operation that can be planned within bounds but got one that ${what}`,
    );
  }
}

/** @throws UnreadableSupergraph, ThreadEnded; no thread is left then */
export async function startPlannerPool(
  startThread: () => PlannerThread,
  options: PlannerPoolOptions,
): Promise<PlannerPool> {
  const first = startThread();
  try {
    return new Pool(first, await first.ready, startThread, options);
  } catch (error) {
    await first.terminate();
    throw error;
  }
}

interface Job {
  readonly request: PlanRequest;
  readonly resolve: (plan: QueryPlan) => void;
  readonly reject: (error: unknown) => void;
  /** How many threads have died of something else while they had it. */
  losses: number;
}

interface Member {
  readonly thread: PlannerThread;
  state: 'starting' | 'idle' | 'planning' | 'slow' | 'ended';
  idleTimer?: NodeJS.Timeout;
}

class Pool implements PlannerPool {
  private readonly queue: Job[] = [];
  private readonly members = new Set<Member>();
  private isClosed = false;
  private failedStarts = 0;

  constructor(
    first: PlannerThread,
    readonly digest: SupergraphDigest,
    private readonly startThread: () => PlannerThread,
    private readonly options: PlannerPoolOptions,
  ) {
    this.members.add({ thread: first, state: 'idle' });
  }

  plan(request: PlanRequest): Promise<QueryPlan> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) {
        reject(new Error('expected an open planner but got a closed one'));
        return;
      }
      this.queue.push({ request, resolve, reject, losses: 0 });
      this.assign();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const job of this.queue.splice(0)) job.reject(new Error('the planner was closed'));
    await Promise.all([...this.members].map((member) => this.remove(member)));
  }

  private assign(): void {
    while (this.queue.length > 0) {
      const idle = [...this.members].find(({ state }) => state === 'idle');
      if (idle === undefined) break;
      const job = this.queue.shift();
      if (job !== undefined) void this.run(idle, job);
    }
    // With none left, the next is started at once, whether anybody waits for it yet or not.
    if ((this.queue.length > 0 || this.members.size === 0) && this.needsAnother()) this.add();
  }

  /** Only where waiting would be long: each thread has read the supergraph for itself, which takes its time and memory. */
  private needsAnother(): boolean {
    const { maxThreads = 2 } = this.options;
    if (this.isClosed || this.members.size >= maxThreads) return false;
    return [...this.members].every(({ state }) => state === 'slow');
  }

  private async run(member: Member, job: Job): Promise<void> {
    const { timeout, patience = 200 } = this.options;
    const overran = new AbortController();
    member.state = 'planning';
    clearTimeout(member.idleTimer);
    const impatience = setTimeout(() => {
      member.state = 'slow';
      this.assign();
    }, patience);
    const overrun = setTimeout(() => {
      overran.abort();
      void this.remove(member);
    }, timeout);
    try {
      job.resolve(await member.thread.plan(job.request));
    } catch (error) {
      if (overran.signal.aborted) job.reject(new OverrunError(`is not planned after ${timeout} ms`));
      else if (error instanceof ThreadEnded) this.lose(member, job, error);
      else job.reject(error);
    } finally {
      clearTimeout(impatience);
      clearTimeout(overrun);
    }
    this.rest(member);
    this.assign();
  }

  /** Of an operation that needs too much memory it fails; of anything else it is planned once more. */
  private lose(member: Member, job: Job, error: ThreadEnded): void {
    void this.remove(member);
    job.losses += 1;
    if (error.isOutOfMemory) job.reject(new OverrunError('needs more memory to plan than there is for one'));
    else if (job.losses > 1 || this.isClosed) job.reject(error);
    else this.queue.unshift(job);
  }

  private rest(member: Member): void {
    if (!this.members.has(member)) return;
    member.state = 'idle';
    member.idleTimer = setTimeout(() => {
      if (this.members.size > 1) void this.remove(member);
    }, this.options.idleTime ?? 30_000).unref();
  }

  private add(): void {
    const member: Member = { thread: this.startThread(), state: 'starting' };
    this.members.add(member);
    member.thread.ready.then(
      () => {
        this.failedStarts = 0;
        this.rest(member);
        this.assign();
      },
      (error: unknown) => {
        this.failedStarts += 1;
        void this.remove(member);
        // It could be read once, so this is the machine's trouble (memory, files); do not try for ever.
        if (this.failedStarts > 3) for (const job of this.queue.splice(0)) job.reject(error);
        else this.assign();
      },
    );
  }

  private async remove(member: Member): Promise<void> {
    this.members.delete(member);
    clearTimeout(member.idleTimer);
    member.state = 'ended';
    await member.thread.terminate();
  }
}
