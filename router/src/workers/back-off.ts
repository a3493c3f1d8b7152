/** How long to wait before a worker that has died is replaced: not at all, unless they die one after the other. */

export interface BackOffOptions {
  /** Milliseconds after the second failure in a row; doubled by each that follows. */
  readonly first: number;
  readonly longest: number;
  /** A worker that served for this long ends the row. */
  readonly steady: number;
}

export class BackOff {
  private inARow = 0;

  constructor(private readonly options: BackOffOptions) {}

  get failures(): number {
    return this.inARow;
  }

  /** @param served milliseconds, from when it was ready. @returns milliseconds to wait */
  failed(served: number): number {
    const { first, longest, steady } = this.options;
    this.inARow = served >= steady ? 1 : this.inARow + 1;
    return this.inARow === 1 ? 0 : Math.min(longest, first * 2 ** (this.inARow - 2));
  }
}
