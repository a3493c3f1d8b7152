/**
 * The time that a request has: until it is answered, its client leaves, or its deadline has passed. Fetches that are
 * under way for it hear of the end, and nobody else does.
 */
import type { ServerResponse } from 'node:http';
import type { Caller, TraceOfCaller } from '../subgraphs/caller.js';
import { DeadlineWatch, type Expiring } from '../subgraphs/deadline.js';

export class RequestLifetime implements Caller, Expiring {
  hasLeft = false;
  // What most requests have no use for is made when it is used: answers from the cache wait for nobody.
  private callbacks: Set<() => void> | null = null;
  private endings: (() => void)[] | null = null;
  private hasEnded = false;
  private hasExpired = false;
  private onOverrun: (() => void) | null = null;

  constructor(
    private readonly response: ServerResponse,
    readonly deadline: number,
    readonly traces: readonly TraceOfCaller[] = [],
  ) {
    watch.add(this);
    response.on('close', this.leave);
  }

  onLeave(callback: () => void): () => void {
    const callbacks = (this.callbacks ??= new Set());
    callbacks.add(callback);
    return () => callbacks.delete(callback);
  }

  /** @returns what comes of the work, or that the time was over before; for one at a time */
  within<T>(work: Promise<T>): Promise<T | 'overrun'> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      this.onOverrun = () => {
        resolve('overrun');
      };
      if (this.hasExpired) this.onOverrun();
    });
  }

  expire(): void {
    // The answer first: ended fetches would otherwise race to give a partial one.
    this.hasExpired = true;
    this.onOverrun?.();
    setImmediate(this.leave);
  }

  /** @param callback called once, when the request is answered or given up; at once, if it is already */
  onEnd(callback: () => void): void {
    if (this.hasEnded) callback();
    else (this.endings ??= []).push(callback);
  }

  /** The request is answered. */
  end(): void {
    this.hasEnded = true;
    for (const callback of this.endings?.splice(0) ?? []) callback();
    watch.delete(this);
    this.response.off('close', this.leave);
  }

  private readonly leave = () => {
    if (this.hasLeft) return;
    this.hasLeft = true;
    for (const callback of this.callbacks ?? []) callback();
    this.callbacks = null;
  };
}

/** One timer for all requests. */
const watch = new DeadlineWatch();
