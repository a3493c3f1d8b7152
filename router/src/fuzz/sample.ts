/** What a function draws, as values of fast-check. */
import * as fc from 'fast-check';
import { Draw } from './draw.js';

export function sample<T>(make: (draw: Draw) => T, seed: number, count: number): T[] {
  return fc.sample(new Drawn(make), { seed, numRuns: count });
}

/** Made smaller by reduce.ts, which knows what the parts mean, and not by fast-check, which does not. */
class Drawn<T> extends fc.Arbitrary<T> {
  constructor(private readonly make: (draw: Draw) => T) {
    super();
  }

  override generate(random: fc.Random): fc.Value<T> {
    return new fc.Value(this.make(new Draw(random)), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return value === undefined && false;
  }

  override shrink(): fc.Stream<fc.Value<T>> {
    return fc.Stream.nil();
  }
}
