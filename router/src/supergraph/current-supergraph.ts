/**
 * Which supergraph new requests begin on, and how long an old one is kept: until the last request that began on it has
 * ended. A request that holds a lease never sees the swap.
 */
import { ClientError } from '@selvedge/errors';
import type { CachedPlanner } from '../planner/plan-cache.js';
import type { RunningSupergraph } from './running-supergraph.js';

export interface Lease {
  readonly running: RunningSupergraph;
  /** Exactly once, when the request has ended. */
  release(): void;
}

export class CurrentSupergraph {
  private current: Tenancy | null = null;
  private readonly stopping = new Set<Promise<void>>();

  /** @param onStopFailure of an old supergraph: nobody waits for it, so nobody else would hear of it */
  constructor(private readonly onStopFailure: (error: unknown) => void) {}

  get isLoaded(): boolean {
    return this.current !== null;
  }

  get id(): string | null {
    return this.current?.running.supergraph.id ?? null;
  }

  /** Whose plans are in use; `null` while none is loaded. */
  get planner(): CachedPlanner | null {
    return this.current?.running.supergraph.planner ?? null;
  }

  /** @throws ClientError while none is loaded */
  acquire(): Lease {
    if (this.current === null) {
      throw new ClientError('SUPERGRAPH_NOT_LOADED', 'the router is not ready: no supergraph is loaded');
    }
    return this.current.lease();
  }

  replace(next: RunningSupergraph): void {
    const previous = this.current;
    this.current = new Tenancy(next);
    if (previous !== null) this.retire(previous);
  }

  /** New requests are refused from now on. @returns when the last request has ended and all is stopped */
  async close(): Promise<void> {
    if (this.current !== null) this.retire(this.current);
    this.current = null;
    await Promise.all(this.stopping);
  }

  private retire(tenancy: Tenancy): void {
    const stopped = tenancy.retired().catch(this.onStopFailure);
    this.stopping.add(stopped);
    void stopped.then(() => this.stopping.delete(stopped));
  }
}

/** One supergraph and the number of requests on it. */
class Tenancy {
  private requests = 0;
  private onVacant: (() => void) | null = null;

  constructor(readonly running: RunningSupergraph) {}

  lease(): Lease {
    this.requests += 1;
    let isReleased = false;
    return {
      running: this.running,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.requests -= 1;
        if (this.requests === 0) this.onVacant?.();
      },
    };
  }

  async retired(): Promise<void> {
    if (this.requests > 0) {
      await new Promise<void>((resolve) => {
        this.onVacant = resolve;
      });
    }
    await this.running.stop();
  }
}
