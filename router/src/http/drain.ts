/**
 * How a server ends without losing a request: answers say `Connection: close`, so that clients leave by themselves, and
 * only then are idle connections closed. To close one that is idle is to lose the request that may be on its way to it;
 * `linger` is how long idle ones are given to be used once more.
 */
import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

export interface DrainOptions {
  /** Milliseconds until whatever is left is cut off. */
  readonly patience: number;
  /** Milliseconds in which no idle connection is closed. */
  readonly linger: number;
}

export class Drain {
  private readonly sockets = new Set<Socket>();
  private closed: Promise<void> | null = null;
  private closesIdleFrom = Infinity;
  private cutsOffFrom = Infinity;
  private onVacant: () => void = () => undefined;

  /** Also for a server that is given its connections and never listens itself: it would not know when the last has gone. */
  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => {
        this.sockets.delete(socket);
        if (this.sockets.size === 0) this.onVacant();
      });
    });
    server.prependListener('request', (_request, response) => {
      if (this.closed !== null) response.setHeader('connection', 'close');
    });
  }

  /** Stops accepting; a second call can only shorten the times. @returns when the last connection is closed */
  close({ patience, linger }: DrainOptions): Promise<void> {
    const now = performance.now();
    this.cutsOffFrom = Math.min(this.cutsOffFrom, now + patience);
    this.closesIdleFrom = Math.min(this.closesIdleFrom, now + linger);
    this.closed ??= this.finish();
    return this.closed;
  }

  private async finish(): Promise<void> {
    // `close` of node:http closes what is idle as well, and at once.
    if (this.server.listening) NetServer.prototype.close.call(this.server);
    this.closeDue();
    const timer = setInterval(() => {
      this.closeDue();
    }, 50);
    await this.vacant();
    clearInterval(timer);
    // Its timer for slow requests ends with it, and not before, since it is they who may still be here.
    this.server.close(() => undefined);
  }

  private closeDue(): void {
    const now = performance.now();
    if (now >= this.closesIdleFrom) this.server.closeIdleConnections();
    if (now >= this.cutsOffFrom) for (const socket of this.sockets) socket.destroy();
  }

  private async vacant(): Promise<void> {
    if (this.sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      this.onVacant = resolve;
    });
  }
}
