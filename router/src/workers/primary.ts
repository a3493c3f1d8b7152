/**
 * The primary of several workers: it holds the port, follows the supergraph file and router.yaml, and decides for all
 * workers. It runs no request itself, so that no request can end it.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Logger } from 'pino';
import { httpUrl } from '../router.js';
import { Crew } from './crew.js';
import { Dispatcher } from './dispatcher.js';
import { Counter, Gauge, Registry } from 'prom-client';
import { WorkerMetrics, type MetricsJson } from './metrics.js';
import { WorkerProcess, type WorkerSpec } from './worker-process.js';

export interface PrimaryOptions {
  readonly workers: number;
  readonly spec: WorkerSpec;
  readonly host: string;
  readonly port: number;
  readonly sdl: string;
  readonly configText: string;
  /** Milliseconds that a request may take (`traffic_shaping.router.timeout`). */
  readonly requestTimeout: number;
  readonly log: Logger;
  /** Workers die as soon as they have started, and none is left. */
  readonly onHopeless: () => void;
}

export interface Primary {
  readonly url: string;
  /** Takes over, worker by worker. @throws where the first refuses it, with the old one still in place */
  replaceSupergraph(sdl: string): Promise<void>;
  /** Replaces the workers, one by one, unless the first of the new ones cannot start. @returns whether all are replaced */
  restart(configText: string): Promise<boolean>;
  /** What is counted in this process. */
  readonly metricsRegistry: Registry;
  /** Of all workers and this process together, in Prometheus' text format. */
  collectMetrics(): Promise<string>;
  /** @throws where a worker had to be killed, or ended with a failure */
  close(): Promise<void>;
}

/** @returns when all workers serve. @throws StartRefused, WorkerEnded; or node's error when the port cannot be had */
export async function startPrimary(options: PrimaryOptions): Promise<Primary> {
  const dispatcher = new Dispatcher();
  const metrics = new WorkerMetrics<WorkerProcess | 'primary'>();
  const crew = makeCrew(options, dispatcher, metrics);
  const own = metricsOf(crew);
  await crew.start();
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    dispatcher.accept(socket);
  });
  try {
    await listen(server, options);
  } catch (error) {
    await crew.stop(stopPatience);
    throw error;
  }
  return {
    url: httpUrl(options.host, (server.address() as AddressInfo).port),
    replaceSupergraph: (sdl) => crew.replaceSupergraph(sdl),
    restart: (configText) => crew.restart(configText),
    metricsRegistry: own,
    async collectMetrics() {
      await crew.collectMetrics();
      // As one more: it counts some of what workers count too.
      metrics.record('primary', await own.getMetricsAsJSON());
      return metrics.text();
    },
    async close() {
      // Not waiting for its connections, which are the workers'.
      server.close();
      dispatcher.close();
      if (!(await crew.stop(stopPatience))) {
        throw new Error('expected every worker to end by itself but got one that failed or was killed');
      }
    },
  };
}

/** Milliseconds: a worker gives its requests 5 s, and closes what else it has. */
const stopPatience = 8_000;

function makeCrew(
  { workers, spec, sdl, configText, requestTimeout, log, onHopeless }: PrimaryOptions,
  dispatcher: Dispatcher,
  metrics: WorkerMetrics<WorkerProcess | 'primary'>,
): Crew {
  return new Crew(
    { sdl, configText, generation: 0 },
    {
      count: workers,
      launch: (number, served) => new WorkerProcess(number, served, spec),
      dispatcher,
      backOff: { first: 200, longest: 30_000, steady: 10_000 },
      hopeless: 6,
      onHopeless,
      onMetrics(worker, value) {
        if (Array.isArray(value)) metrics.record(worker, value as MetricsJson);
      },
      onEnded(worker) {
        metrics.end(worker).catch((error: unknown) => {
          log.error({ err: error }, 'the metrics of a worker that has ended are lost');
        });
      },
      // Planning the operations in use has its own time (`warm_up_timeout`, 10 s); building takes a few seconds at most.
      patience: { supergraph: 120_000, metrics: 2_000 },
      retirement: { patience: requestTimeout + 1_000, linger: 5_000 },
      log,
    },
  );
}

/** What no worker can know. */
function metricsOf(crew: Crew): Registry {
  const registry = new Registry();
  new Gauge({
    name: 'selvedge_router_workers',
    help: 'Workers that serve.',
    registers: [registry],
    collect() {
      this.set(crew.serving);
    },
  });
  new Counter({
    name: 'selvedge_router_worker_deaths_total',
    help: 'Workers that ended without being told to.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(crew.deaths);
    },
  });
  return registry;
}

async function listen(server: Server, { host, port }: PrimaryOptions): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}
