/**
 * How long something usually takes, and what is known of it besides: a moving average, for as long as it is asked for
 * often. Whatever is forgotten is as if it were new.
 */
import { LRUCache } from 'lru-cache';

export interface Known {
  /** Milliseconds; `null`: never measured. */
  usual: number | null;
  /** On the clock of `performance.now()`: not shared before. */
  unsharedUntil: number;
}

export class UsualTimes {
  private readonly known = new LRUCache<string, Known>({ max: 5_000 });

  of(key: string): Known {
    let known = this.known.get(key);
    if (known === undefined) {
      known = { usual: null, unsharedUntil: 0 };
      this.known.set(key, known);
    }
    return known;
  }
}

export function noteTime(known: Known, milliseconds: number): void {
  known.usual = known.usual === null ? milliseconds : known.usual + (milliseconds - known.usual) / 8;
}

/** What is more than this is not as usual. A first call has nothing to be compared with. */
export function patienceFor({ usual }: Known): number {
  return usual === null ? 100 : Math.min(1_000, 20 + 4 * usual);
}
