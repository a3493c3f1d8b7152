/**
 * The time that a request has: until it is answered, its client leaves, or its deadline has passed. Fetches that are
 * under way for it hear of the end, and nobody else does.
 */
import type { ServerResponse } from 'node:http';
import type { Caller } from '../subgraphs/caller.js';
import { DeadlineWatch, type Expiring } from '../subgraphs/deadline.js';

export class RequestLifetime implements Caller, Expiring {
  /** Resolves when the time is over; stays open otherwise. */
  readonly overrun: Promise<'overrun'>;
  hasLeft = false;
  private readonly callbacks = new Set<() => void>();
  private resolveOverrun: (value: 'overrun') => void = () => undefined;

  constructor(
    private readonly response: ServerResponse,
    readonly deadline: number,
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

  /** The request is answered. */
  end(): void {
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
