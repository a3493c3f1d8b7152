/**
 * Which ids of the outbox have not been seen below the greatest that has: those of transactions that still run, or that came to
 * nothing. Ids are drawn before the commit, so that rows become visible out of order, and whoever reads on from the greatest loses them.
 */

/** What a statement saw, of `pg_current_snapshot()`. */
export interface SeenSnapshot {
  /** All transactions below it are over. */
  readonly xmin: bigint;
  /** None from it on had begun. */
  readonly xmax: bigint;
}

interface Gap {
  readonly low: bigint;
  readonly high: bigint;
  /** Whoever drew these ids is below it. */
  readonly xmax: bigint;
}

export class Gaps {
  #last = 0n;
  #gaps: readonly Gap[] = [];

  /** The greatest id that has been seen. */
  get last(): bigint {
    return this.#last;
  }

  /** Inclusive, ascending and apart. */
  get ranges(): readonly { readonly low: bigint; readonly high: bigint }[] {
    return this.#gaps;
  }

  /**
   * After a statement that looked in all ranges and beyond the last id.
   *
   * @param ids what it saw, ascending
   * @param isAll false: it stopped after the last of them
   */
  saw(ids: readonly bigint[], { xmin, xmax }: SeenSnapshot, isAll: boolean): void {
    const end = isAll ? null : (ids.at(-1) ?? 0n);
    const known = this.#gaps.flatMap((gap) => split(gap, ids, end, xmin));
    const fresh: Gap[] = [];
    for (const id of ids) {
      if (id <= this.#last) continue;
      if (id > this.#last + 1n) fresh.push({ low: this.#last + 1n, high: id - 1n, xmax });
      this.#last = id;
    }
    this.#gaps = [...known, ...fresh];
  }
}

/** What is left of a gap, of which all up to the end was looked at. */
function split({ low, high, xmax }: Gap, ids: readonly bigint[], end: bigint | null, xmin: bigint): Gap[] {
  const looked = end === null || end >= high ? high : end;
  // Whoever drew these ids was over when the statement looked: what it did not see will never be there.
  const isOver = xmax <= xmin;
  const left: Gap[] = [];
  let from = low;
  for (const id of ids) {
    if (id < from || id > looked) continue;
    if (id > from && !isOver) left.push({ low: from, high: id - 1n, xmax });
    from = id + 1n;
  }
  if (from <= looked && !isOver) left.push({ low: from, high: looked, xmax });
  const rest = from > looked + 1n ? from : looked + 1n;
  if (rest <= high) left.push({ low: rest, high, xmax });
  return left;
}
