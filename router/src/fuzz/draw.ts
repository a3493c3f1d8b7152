/** Random choices on top of fast-check's generator, so that everything generated follows from its one seed. */
import type { Random } from 'fast-check';

export class Draw {
  constructor(private readonly random: Random) {}

  /** From 0 to `below - 1`. */
  int(below: number): number {
    return this.random.nextInt(0, below - 1);
  }

  between(least: number, most: number): number {
    return this.random.nextInt(least, most);
  }

  chance(percent: number): boolean {
    return this.random.nextInt(0, 99) < percent;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.int(from.length)];
    if (picked === undefined) throw new Error('expected something to pick from but got nothing');
    return picked;
  }

  /** Each with the same chance, in their order; at least one, if there is any. */
  some<T>(from: readonly T[], percent = 50): T[] {
    const picked = from.filter(() => this.chance(percent));
    return picked.length > 0 || from.length === 0 ? picked : [this.pick(from)];
  }
}
