// A service that is kept running: one that dies after it was started is started again, on the port that the router knows.
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, type ServiceProcess, type ServiceSpec } from './service-process.js';

export interface ServiceEvents {
  onProgress(text: string): void;
  /** It died and runs again after so many milliseconds. */
  onDeath(how: string, restartIn: number): void;
  onRecovery(): void;
}

/** Milliseconds. */
export interface BackOff {
  readonly first: number;
  readonly longest: number;
  /** After so long a run, the next death counts as the first. */
  readonly forgottenAfter: number;
}

const defaultBackOff: BackOff = { first: 500, longest: 30_000, forgottenAfter: 60_000 };

export class SupervisedService {
  readonly #events: ServiceEvents;
  readonly #backOff: BackOff;
  readonly #stopping = new AbortController();
  #spec: ServiceSpec;
  #process: ServiceProcess | undefined;
  #supervision: Promise<void> | undefined;

  constructor(spec: ServiceSpec, events: ServiceEvents, backOff = defaultBackOff) {
    this.#spec = spec;
    this.#events = events;
    this.#backOff = backOff;
  }

  get name(): string {
    return this.#spec.name;
  }

  /** Of the process that runs now; undefined between two. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it and resolves with its base URL. Until `supervise`, its death is a failure. */
  async start(): Promise<string> {
    const url = await (await this.#launch()).listening;
    this.#spec = { ...this.#spec, port: Number(new URL(url).port) };
    return url;
  }

  /** Resolves once the started service can answer; rejects with a `CommandFailure` when it ends before. */
  async ready(): Promise<void> {
    await this.#process?.ready;
  }

  /** From here on it is started again whenever it ends. */
  supervise(): void {
    this.#supervision ??= this.#keepRunning();
  }

  /** Resolves once it is gone, in less than ten seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop();
    await this.#supervision;
  }

  kill(): void {
    this.#stopping.abort();
    this.#process?.kill();
  }

  async #launch(): Promise<ServiceProcess> {
    this.#stopping.signal.throwIfAborted();
    const launched = await launch(this.#spec, (text) => {
      this.#events.onProgress(text);
    });
    this.#process = launched;
    // A stop that came while the log file was being opened found no process to stop.
    if (this.#stopping.signal.aborted) launched.kill();
    return launched;
  }

  async #keepRunning(): Promise<void> {
    const { first, longest, forgottenAfter } = this.#backOff;
    const { signal } = this.#stopping;
    const stopped = (): boolean => signal.aborted;
    let wait = first;
    let began = Date.now();
    while (!stopped()) {
      const how = await this.#process?.exited;
      if (stopped()) return;
      if (Date.now() - began > forgottenAfter) wait = first;
      this.#events.onDeath(how ?? 'it could not be started', wait);
      this.#process = undefined;
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      wait = Math.min(wait * 2, longest);
      began = Date.now();
      await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    try {
      const launched = await this.#launch();
      void launched.ready.then(
        () => {
          this.#events.onRecovery();
        },
        // Its end is seen by the supervision.
        () => undefined,
      );
    } catch {
      // No process: the supervision counts it as a death and waits longer.
    }
  }
}
