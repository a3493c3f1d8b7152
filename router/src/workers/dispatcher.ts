/**
 * Who gets a connection: the worker that has the fewest, of those that have taken the last one they were given. The
 * primary accepts, so that the port is held whatever becomes of workers, a connection that no worker has taken yet
 * waits for another, and connections that live long are spread evenly (docs/adr/0012-workers.md has the measurements).
 */
import type { Socket } from 'node:net';

/** Of a worker, what matters here. */
export interface Taker {
  readonly openConnections: number;
  readonly isBusy: boolean;
  onConnections: () => void;
  give(socket: Socket): void;
}

export interface DispatcherLimits {
  /** Connections that wait at most. */
  readonly waiting: number;
  /** Milliseconds that one waits at most. */
  readonly patience: number;
}

interface Waiting {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
}

export class Dispatcher {
  private readonly takers = new Set<Taker>();
  private readonly waiting: Waiting[] = [];

  constructor(private readonly limits: DispatcherLimits = { waiting: 4_096, patience: 10_000 }) {}

  add(taker: Taker): void {
    this.takers.add(taker);
    taker.onConnections = () => {
      this.assign();
    };
    this.assign();
  }

  remove(taker: Taker): void {
    this.takers.delete(taker);
    taker.onConnections = () => undefined;
  }

  /** @param socket paused: nothing may have been read of it */
  accept(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.waiting.length >= this.limits.waiting) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => {
      this.waiting.shift();
      socket.destroy();
    }, this.limits.patience);
    this.waiting.push({ socket, timer });
    this.assign();
  }

  /** Those that no worker has got yet are cut off. */
  close(): void {
    this.takers.clear();
    for (const { socket, timer } of this.waiting.splice(0)) {
      clearTimeout(timer);
      socket.destroy();
    }
  }

  private assign(): void {
    while (this.waiting.length > 0) {
      const taker = this.leastOccupied();
      if (taker === null) return;
      const first = this.waiting.shift();
      if (first === undefined) return;
      clearTimeout(first.timer);
      if (!first.socket.destroyed) taker.give(first.socket);
    }
  }

  private leastOccupied(): Taker | null {
    let least: Taker | null = null;
    for (const taker of this.takers) {
      if (taker.isBusy) continue;
      if (least === null || taker.openConnections < least.openConnections) least = taker;
    }
    return least;
  }
}
