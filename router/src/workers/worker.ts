/**
 * A worker: a router whose connections are accepted by the primary. It decides nothing by itself: what it serves, when a
 * supergraph is replaced and when it ends come from the primary; without a primary it finishes what has begun and ends.
 */
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Router } from '../router.js';
import type { FromWorker, Served, ToWorker } from './messages.js';

export interface WorkerOptions {
  readonly start: (served: Served, connect: (server: Server) => void) => Promise<Router>;
  /** One sentence for whoever started the primary. */
  readonly describeFailure: (error: unknown) => string;
  readonly log: Logger;
}

export function serveAsWorker(options: WorkerOptions): void {
  const worker = new Worker(options);
  process.on('message', (message, handle) => {
    worker.hear(message as ToWorker, handle);
  });
  process.on('disconnect', () => {
    void worker.end('the primary has gone');
  });
  // Ctrl-C in a terminal and its end reach every process of the group; the primary decides what follows.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => {
    tellPrimary({ type: 'leaving' });
  });
  if (!process.connected) void worker.end('the primary has gone');
}

class Worker {
  private server: Server | null = null;
  private router: Router | null = null;
  private isEnding = false;
  private readonly connections = new ConnectionReport();

  constructor(private readonly options: WorkerOptions) {}

  hear(message: ToWorker, handle: unknown): void {
    switch (message.type) {
      case 'serve':
        void this.serve(message);
        return;
      case 'connection':
        this.take(handle);
        return;
      case 'replace supergraph':
        void reply(message.id, async () => {
          await this.router?.replaceSupergraph(message.sdl);
        });
        return;
      case 'collect metrics':
        void reply(message.id, () => this.metrics());
        return;
      case 'retire':
        void this.end('replaced', message.patience, message.linger);
        return;
      case 'stop':
        void this.end('the primary stops');
        return;
    }
  }

  /** Once more, with less patience, where it has begun to end already. */
  async end(reason: string, patience?: number, linger?: number): Promise<void> {
    this.options.log.info({ reason }, 'stopping');
    try {
      const closed = this.router?.close(patience, linger);
      if (this.isEnding) return;
      this.isEnding = true;
      await closed;
      await this.sayLastMetrics();
      process.exit(0);
    } catch (error) {
      this.options.log.error({ err: error }, 'stopping failed');
      process.exit(1);
    }
  }

  /** The primary adds up those of all workers. */
  private async metrics(): Promise<unknown> {
    return (await this.router?.metricsRegistry?.getMetricsAsJSON()) ?? null;
  }

  private async sayLastMetrics(): Promise<void> {
    if (this.router === null || !process.connected) return;
    const last: FromWorker = { type: 'last metrics', value: await this.metrics() };
    await new Promise<void>((resolve) => {
      process.send?.(last, undefined, undefined, () => {
        resolve();
      });
    });
  }

  private async serve(served: Served): Promise<void> {
    try {
      this.router = await this.options.start(served, (server) => {
        this.server = server;
        // What http.Server does once it listens, which this one never does: its limits for slow requests begin to count.
        server.emit('listening');
      });
      tellPrimary({ type: 'ready' });
    } catch (error) {
      const failed: FromWorker = { type: 'failed', message: this.options.describeFailure(error) };
      process.send?.(failed, undefined, undefined, () => process.exit(1));
    }
  }

  /** @param handle nothing, where the client has gone before the connection came here */
  private take(handle: unknown): void {
    this.connections.take();
    if (!(handle instanceof Socket) || this.server === null) {
      this.connections.end();
      return;
    }
    handle.once('close', () => {
      this.connections.end();
    });
    this.server.emit('connection', handle);
  }
}

/** Says once a turn of the loop how many connections have come and gone. */
class ConnectionReport {
  private taken = 0;
  private ended = 0;
  private isDue = false;

  take(): void {
    this.taken += 1;
    this.schedule();
  }

  end(): void {
    this.ended += 1;
    this.schedule();
  }

  private schedule(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      tellPrimary({ type: 'connections', taken: this.taken, ended: this.ended });
      this.isDue = false;
      this.taken = 0;
      this.ended = 0;
    });
  }
}

async function reply(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    tellPrimary({ type: 'done', id, value: await work() });
  } catch (error) {
    tellPrimary({ type: 'refused', id, reason: error instanceof Error ? error.message : String(error) });
  }
}

function tellPrimary(message: FromWorker): void {
  // It may have gone in this very moment; 'disconnect' is what we act on.
  process.send?.(message, undefined, undefined, () => undefined);
}
