/**
 * How long something usually takes, and what is known of it besides: a moving average, for as long as it is asked for
 * often. Whatever is forgotten is as if it were new.
 */
import { LRUCache } from 'lru-cache';

export interface Known {
  /** Stands for what it is known of, which may be a long text. Never given twice. */
  readonly id: number;
  /** Milliseconds; `null`: never measured. */
  usual: number | null;
  /** On the clock of `performance.now()`: not shared before. */
  unsharedUntil: number;
  /** How many in a row had nobody to share with. */
  alone: number;
}

export class UsualTimes {
  private readonly known = new LRUCache<string, Known>({ max: 5_000 });
  private count = 0;

  of(key: string): Known {
    let known = this.known.get(key);
    if (known === undefined) {
      known = newlyKnown((this.count += 1));
      this.known.set(key, known);
    }
    return known;
  }
}

export function newlyKnown(id: number): Known {
  return { id, usual: null, unsharedUntil: 0, alone: 0 };
}

/** One call far beyond what is usual says little of the next: it counts as far as patience goes. */
export function noteTime(known: Known, milliseconds: number): void {
  const counted = Math.min(milliseconds, limitOf(known));
  known.usual = known.usual === null ? counted : known.usual + (counted - known.usual) / 8;
}

export function noteCompany(known: Known, size: number): void {
  known.alone = size > 1 ? 0 : known.alone + 1;
}

/** Then it need not wait for the end of a turn for others, and has less in memory; who comes meanwhile still gathers. */
export function isUsuallyAlone({ alone }: Known): boolean {
  return alone >= 32;
}

/** Milliseconds that others wait for a call. A first call has nothing to be compared with. */
export function patienceFor(known: Known): number {
  return known.usual === null ? 100 : limitOf(known);
}

/**
 * Milliseconds that are no longer usual. With 20 instead of 100, pauses of a busy machine were taken for slow subgraphs: of
 * 140 arrays that a test expects, 344 operations went alone.
 */
export function limitOf({ usual }: Known): number {
  return usual === null ? maxPatience : Math.min(maxPatience, 100 + 4 * usual);
}

const maxPatience = 1_000;
