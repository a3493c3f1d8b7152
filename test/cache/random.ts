// Chance that can be repeated: everything that a run draws, it draws from its seed.

/** Numbers from 0 to below 1, by Mulberry32 (Tommy Ettinger, public domain). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('expected something to draw from but got an empty list');
    return item;
  }

  /** For a part that draws by itself, so that others do not depend on how often it does. */
  fork(): Random {
    return new Random(this.below(2 ** 32));
  }
}

/** Draws of 0 to `count - 1`, where n is drawn in proportion to 1 / (n + 1) ** exponent. */
export class Zipf {
  readonly #sums: readonly number[];

  constructor(count: number, exponent: number) {
    let sum = 0;
    this.#sums = Array.from({ length: count }, (_, rank) => (sum += 1 / (rank + 1) ** exponent));
  }

  draw(random: Random): number {
    const at = random.next() * (this.#sums.at(-1) ?? 0);
    let [low, high] = [0, this.#sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
