/**
 * The time that a request has: until it is answered, its client leaves, or its deadline has passed. Fetches that are
 * under way for it hear of the end, and nobody else does.
 */
import type { ServerResponse } from 'node:http';
import type { Caller, TraceOfCaller } from '../subgraphs/caller.js';
import { DeadlineWatch, type Expiring } from '../subgraphs/deadline.js';

export class RequestLifetime implements Caller, Expiring {
  /** Resolves when the time is over; stays open otherwise. */
  readonly overrun: Promise<'overrun'>;
  hasLeft = false;
  private readonly callbacks = new Set<() => void>();
  private readonly endings: (() => void)[] = [];
  private hasEnded = false;
  private resolveOverrun: (value: 'overrun') => void = () => undefined;

  constructor(
    private readonly response: ServerResponse,
    readonly deadline: number,
    readonly traces: readonly TraceOfCaller[] = [],
  ) {
    this.overrun = new Promise((resolve) => {
      this.resolveOverrun = resolve;
    });
    watch.add(this);
    response.once('close', this.leave);
  }

  onLeave(callback: () => void): () => void {
    this.callbacks.add(callback);
    return () => this.callbacks.delete(callback);
  }

  expire(): void {
    // The answer first: ended fetches would otherwise race to give a partial one.
    this.resolveOverrun('overrun');
    setImmediate(this.leave);
  }

  /** @param callback called once, when the request is answered or given up; at once, if it is already */
  onEnd(callback: () => void): void {
    if (this.hasEnded) callback();
    else this.endings.push(callback);
  }

  /** The request is answered. */
  end(): void {
    this.hasEnded = true;
    for (const callback of this.endings.splice(0)) callback();
    watch.delete(this);
    this.response.off('close', this.leave);
  }

  private readonly leave = () => {
    if (this.hasLeft) return;
    this.hasLeft = true;
    for (const callback of this.callbacks) callback();
    this.callbacks.clear();
  };
}

/** One timer for all requests. */
const watch = new DeadlineWatch();
