/**
 * As many workers as were asked for, all serving the same. What is new, a supergraph or a configuration, goes to one
 * worker first: if that refuses it, no other hears of it. A worker is replaced by one that is ready to serve before the
 * old one is told to finish; one that dies is replaced too, later and later where they die one after the other.
 */
import type { Logger } from 'pino';
import { BackOff, type BackOffOptions } from './back-off.js';
import type { Dispatcher } from './dispatcher.js';
import type { Served } from './messages.js';
import {
  describeExit,
  StartRefused,
  WorkerEnded,
  WorkerSilent,
  type WorkerProcess,
} from './worker-process.js';

export interface CrewOptions {
  readonly count: number;
  readonly launch: (number: number, served: Served) => WorkerProcess;
  readonly dispatcher: Dispatcher;
  readonly backOff: BackOffOptions;
  /** So many failures in a row, with no worker left, are the end. */
  readonly hopeless: number;
  readonly onHopeless: () => void;
  /** What a worker has counted so far. */
  readonly onMetrics: (worker: WorkerProcess, value: unknown) => void;
  readonly onEnded: (worker: WorkerProcess) => void;
  /** Milliseconds that a worker has to take a supergraph, or to tell its metrics. */
  readonly patience: { readonly supergraph: number; readonly metrics: number };
  /** Milliseconds that a replaced worker's requests have, and that idle connections are kept for one more. */
  readonly retirement: { readonly patience: number; readonly linger: number };
  readonly log: Logger;
}

interface Slot {
  readonly number: number;
  worker: WorkerProcess | null;
  readonly backOff: BackOff;
  /** While a new worker is being brought up. */
  renewal: Promise<void> | null;
}

export class Crew {
  /** How many workers have ended without being told to. */
  deaths = 0;
  private readonly slots: readonly Slot[];
  /** Those that start or finish as well. */
  private readonly processes = new Set<WorkerProcess>();
  private readonly ending = new AbortController();
  /** Changes are made one after the other. */
  private changes: Promise<unknown> = Promise.resolve();

  constructor(
    private served: Served,
    private readonly options: CrewOptions,
  ) {
    this.slots = Array.from({ length: options.count }, (_, index) => ({
      number: index + 1,
      worker: null,
      backOff: new BackOff(options.backOff),
      renewal: null,
    }));
  }

  get serving(): number {
    return this.running().length;
  }

  /** @returns when all serve. @throws StartRefused or WorkerEnded of the first that does not; none is left then */
  async start(): Promise<void> {
    try {
      await Promise.all(
        this.slots.map(async (slot) => {
          const worker = this.launch(slot.number, this.served);
          await worker.ready;
          this.install(slot, worker);
        }),
      );
    } catch (error) {
      await this.stop(0);
      throw error;
    }
  }

  /** @returns when all serve it. @throws where the first does not take it: then none does */
  replaceSupergraph(sdl: string): Promise<void> {
    return this.change(async () => {
      if (sdl === this.served.sdl) return;
      const first = await this.anyRunning();
      if (first === null) throw new Error('expected a worker that serves but got none');
      await this.offer(first, sdl);
      this.served = { ...this.served, sdl };
      for (const slot of this.slots) {
        const { worker } = slot;
        // One that is starting hears of it before it serves.
        if (worker === null || worker.served.sdl === sdl || (await this.swap(worker, sdl))) continue;
        if (slot.worker === worker && !worker.isLeaving) await this.renew(slot);
      }
    });
  }

  /**
   * Replaces every worker by one with this configuration. A configuration that the first cannot serve is a line of the log.
   * @returns whether all serve it
   */
  async restart(configText: string): Promise<boolean> {
    let isTaken = false;
    await this.change(async () => {
      const served = { ...this.served, configText, generation: this.served.generation + 1 };
      const [first, ...others] = this.slots;
      if (first === undefined) return;
      const worker = this.launch(first.number, served);
      try {
        await worker.ready;
      } catch (error) {
        worker.kill();
        this.options.log.error(
          { reason: messageOf(error) },
          'the new configuration is refused, the old workers stay',
        );
        return;
      }
      if (this.isStopping()) return;
      this.served = served;
      this.install(first, worker);
      for (const slot of others) {
        while (!this.isStopping() && slot.worker?.served.generation !== served.generation)
          await this.renew(slot);
      }
      if (this.isStopping()) return;
      isTaken = true;
      this.options.log.info({ workers: this.slots.length }, 'all workers are replaced');
    });
    return isTaken;
  }

  /** Of every worker that there is; told to `onMetrics`. @returns when all have answered, or not in time */
  async collectMetrics(): Promise<void> {
    const { onMetrics, patience } = this.options;
    await Promise.allSettled(
      [...this.processes]
        .filter(({ readySince }) => readySince !== null)
        .map(async (worker) => {
          onMetrics(worker, await worker.collectMetrics(patience.metrics));
        }),
    );
  }

  /** @param patience milliseconds, after which they are killed. @returns whether all ended by themselves */
  async stop(patience: number): Promise<boolean> {
    this.ending.abort();
    const processes = [...this.processes];
    for (const worker of processes) worker.stop();
    const impatience = setTimeout(() => {
      for (const worker of processes) worker.kill();
    }, patience);
    const exits = await Promise.all(processes.map(({ exited }) => exited));
    clearTimeout(impatience);
    return exits.every(({ code }) => code === 0);
  }

  private isStopping(): boolean {
    return this.ending.signal.aborted;
  }

  private running(): WorkerProcess[] {
    return this.slots.flatMap(({ worker }) => (worker === null ? [] : [worker]));
  }

  private async anyRunning(): Promise<WorkerProcess | null> {
    for (;;) {
      const [first] = this.running();
      if (first !== undefined) return first;
      const renewals = this.slots.flatMap(({ renewal }) => (renewal === null ? [] : [renewal]));
      if (this.isStopping() || renewals.length === 0) return null;
      await Promise.race(renewals);
    }
  }

  private change(work: () => Promise<void>): Promise<void> {
    const change = this.changes.then(async () => {
      if (!this.isStopping()) await work();
    });
    this.changes = change.catch(() => undefined);
    return change;
  }

  private launch(number: number, served: Served): WorkerProcess {
    const worker = this.options.launch(number, served);
    this.processes.add(worker);
    worker.onLastMetrics = (value) => {
      this.options.onMetrics(worker, value);
    };
    void worker.exited.then(() => {
      this.processes.delete(worker);
      this.options.onEnded(worker);
    });
    return worker;
  }

  /** @returns whether it took it. One that died of it, or says nothing, has not: its successor gets what is known to be good. */
  private async swap(worker: WorkerProcess, sdl: string): Promise<boolean> {
    try {
      await this.offer(worker, sdl);
      return true;
    } catch (error) {
      this.options.log.error(
        { worker: worker.number, reason: messageOf(error) },
        'a worker refuses the changed supergraph that others serve',
      );
      return false;
    }
  }

  private async offer(worker: WorkerProcess, sdl: string): Promise<void> {
    try {
      await worker.replaceSupergraph(sdl, this.options.patience.supergraph);
    } catch (error) {
      if (error instanceof WorkerSilent) worker.kill();
      throw error;
    }
  }

  /** Brings up another worker and lets the present one, if there is one, finish. Does not give up before it is hopeless. */
  private renew(slot: Slot, delay = 0): Promise<void> {
    slot.renewal ??= this.bringUp(slot, delay).finally(() => {
      slot.renewal = null;
    });
    return slot.renewal;
  }

  private async bringUp(slot: Slot, delay: number): Promise<void> {
    let wait = delay;
    for (;;) {
      if (wait > 0) await sleep(wait);
      if (this.isStopping()) return;
      const worker = this.launch(slot.number, this.served);
      try {
        await worker.ready;
        await this.catchUp(worker);
        if (this.isStopping()) return;
        if (worker.served.generation === this.served.generation) {
          this.install(slot, worker);
          return;
        }
        worker.stop();
        wait = 0;
        // Its place may have been taken by one of the new generation.
        if (slot.worker?.served.generation === this.served.generation) return;
      } catch (error) {
        worker.kill();
        wait = slot.backOff.failed(0);
        if (this.isStopping()) return;
        this.options.log.error(
          { worker: slot.number, reason: messageOf(error), wait },
          'a worker cannot start',
        );
        this.despairIfHopeless(slot);
      }
    }
  }

  /** A supergraph may have been replaced while it was starting. */
  private async catchUp(worker: WorkerProcess): Promise<void> {
    while (worker.served.sdl !== this.served.sdl) {
      await worker.replaceSupergraph(this.served.sdl, this.options.patience.supergraph);
    }
  }

  private install(slot: Slot, worker: WorkerProcess): void {
    const { dispatcher, log, retirement } = this.options;
    const previous = slot.worker;
    slot.worker = worker;
    dispatcher.add(worker);
    worker.onLeaving = () => {
      log.info({ worker: slot.number, pid: worker.pid }, 'a worker was told to end and is replaced');
      if (slot.worker === worker) void this.renew(slot);
    };
    void worker.exited.then((exit) => {
      dispatcher.remove(worker);
      if (worker.isLeaving) return;
      this.deaths += 1;
      const served = performance.now() - (worker.readySince ?? 0);
      const wait = slot.backOff.failed(served);
      log.error(
        { worker: slot.number, pid: worker.pid, reason: describeExit(exit), wait },
        'a worker has died and is replaced',
      );
      if (slot.worker === worker) slot.worker = null;
      this.despairIfHopeless(slot);
      if (!this.isStopping() && slot.worker === null) void this.renew(slot, wait);
    });
    log.info({ worker: slot.number, pid: worker.pid }, 'worker ready');
    if (previous === null) return;
    dispatcher.remove(previous);
    previous.retire(retirement.patience, retirement.linger);
  }

  private despairIfHopeless(slot: Slot): void {
    const { hopeless, onHopeless } = this.options;
    if (this.isStopping() || this.running().length > 0 || slot.backOff.failures < hopeless) return;
    onHopeless();
  }
}

function messageOf(error: unknown): string {
  if (error instanceof StartRefused || error instanceof WorkerEnded) return error.message;
  return error instanceof Error ? error.message : String(error);
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
