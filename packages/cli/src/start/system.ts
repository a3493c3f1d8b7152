// Everything that runs below one start, so that all of it can be stopped, in order, at any moment of the way up.
import { CommandFailure } from '../command-failure.js';
import type { ServiceSpec } from './service-process.js';
import { existingStore, openEmbeddedStore, type Store } from './store.js';
import { SupervisedService } from './supervised-service.js';

export interface SystemEvents {
  onProgress(part: string, text: string): void;
  /** A line for a person about what happens after the start. */
  onNews(line: string): void;
}

/** PostgreSQL ends its sessions within this time, in milliseconds, or is killed. */
const storeStopTime = 15_000;

export class System {
  readonly #events: SystemEvents;
  readonly #subgraphs: SupervisedService[] = [];
  #router: SupervisedService | undefined;
  #store: Promise<Store> | undefined;
  #stopping = false;

  constructor(events: SystemEvents) {
    this.#events = events;
  }

  openStore(databaseUrl: string | undefined, dataDir: string): Promise<Store> {
    this.#refuseWhenStopping();
    this.#store =
      databaseUrl === undefined ? openEmbeddedStore(dataDir) : Promise.resolve(existingStore(databaseUrl));
    return this.#store;
  }

  /** Resolves with its base URL once it listens. */
  startSubgraph(spec: ServiceSpec): Promise<string> {
    const service = this.#create(spec);
    this.#subgraphs.push(service);
    return service.start();
  }

  /** Resolves with its base URL once it listens. */
  startRouter(spec: ServiceSpec): Promise<string> {
    this.#router = this.#create(spec);
    return this.#router.start();
  }

  /** Resolves once every service can answer, and tells of each; rejects when one ends before. */
  async ready(onReady: (part: string) => void): Promise<void> {
    await Promise.all(
      this.#services().map(async (service) => {
        await service.ready();
        onReady(service.name);
      }),
    );
  }

  /** From here on what dies is started again. */
  async supervise(): Promise<void> {
    for (const service of this.#services()) service.supervise();
    (await this.#store)?.supervise({
      onDeath: () => {
        this.#events.onNews('PostgreSQL stopped and starts again.');
      },
      onRecovery: () => {
        this.#events.onNews('PostgreSQL is back.');
      },
      onFailure: (reason) => {
        this.#events.onNews(`PostgreSQL did not start again: ${reason}`);
      },
    });
  }

  /** Stops the router, then the subgraphs, then the store, so that nothing loses what it still needs; bounded. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#router?.stop();
    await Promise.all(this.#subgraphs.map((service) => service.stop()));
    const store = await this.#store?.catch(() => undefined);
    if (store === undefined) return;
    const timer = setTimeout(() => {
      store.kill();
    }, storeStopTime);
    await store.stop().finally(() => {
      clearTimeout(timer);
    });
  }

  /** At once. What a store loses by it, its next start recovers. */
  async kill(): Promise<void> {
    this.#stopping = true;
    for (const service of this.#services()) service.kill();
    (await this.#store?.catch(() => undefined))?.kill();
  }

  #create(spec: ServiceSpec): SupervisedService {
    this.#refuseWhenStopping();
    return new SupervisedService(spec, {
      onProgress: (text) => {
        this.#events.onProgress(spec.name, text);
      },
      onDeath: (how, restartIn) => {
        const wait = `${restartIn / 1000} s`;
        this.#events.onNews(`${spec.name} stopped (${how}) and starts again in ${wait}; see ${spec.logFile}`);
      },
      onRecovery: () => {
        this.#events.onNews(`${spec.name} is back.`);
      },
    });
  }

  #services(): SupervisedService[] {
    return this.#router === undefined ? this.#subgraphs : [...this.#subgraphs, this.#router];
  }

  #refuseWhenStopping(): void {
    if (this.#stopping) throw new CommandFailure('Stopped before everything was started.');
  }
}
