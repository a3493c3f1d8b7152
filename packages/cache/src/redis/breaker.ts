/**
 * Keeps requests from waiting for a Redis that does not answer: after some failures in a row nothing is sent any more, and a probe
 * of its own, not a client's request, finds out when it answers again.
 */
export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** Milliseconds from opening to a probe, and from one probe to the next. */
  readonly probeAfter: number;
  /** Resolves where Redis answers again. */
  readonly probe: () => Promise<void>;
  readonly changed: (state: BreakerState) => void;
}

export class Breaker {
  #state: BreakerState = 'closed';
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #options: BreakerOptions;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#state === 'closed') return;
    clearTimeout(this.#timer);
    this.#become('closed');
  }

  failed(): void {
    this.#failures += 1;
    if (this.#state === 'closed' && this.#failures >= this.#options.failures) this.#open();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #open(): void {
    this.#become('open');
    this.#timer = setTimeout(() => void this.#probe(), this.#options.probeAfter).unref();
  }

  async #probe(): Promise<void> {
    this.#become('half-open');
    try {
      await this.#options.probe();
      this.succeeded();
    } catch {
      // Something else may have succeeded meanwhile: a settling write is sent whatever the state.
      if (this.state === 'half-open') this.#open();
    }
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#options.changed(state);
  }
}
