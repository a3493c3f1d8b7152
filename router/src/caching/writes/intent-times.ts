/**
 * How long the intent of a mutation lasts: as long as something of it may still be committed. The mutation itself says by when all
 * of it has to be over, on this machine's clock, and the kit sees to that by the subgraph's. The two may differ, either way.
 */
import type { RouterConfig } from '../../config/schema.js';

/** Milliseconds that a fetch from the subgraph may take. */
export function timeoutOf({ traffic_shaping: { all, subgraphs } }: RouterConfig, subgraph: string): number {
  return subgraphs[subgraph]?.timeout ?? all.timeout;
}

/** Milliseconds; no intent lasts longer. */
export function longestIntent({ traffic_shaping: { all, subgraphs }, response_cache }: RouterConfig): number {
  const timeouts = Object.values(subgraphs).map(({ timeout = 0 }) => timeout);
  return Math.max(all.timeout, ...timeouts) + beyond(response_cache.max_clock_difference);
}

export interface MutationTimes {
  /** Milliseconds from now; then nothing of it can be committed. */
  readonly over: number;
  /** Milliseconds since 1970, by when it has to be over on the subgraph's clock. */
  readonly until: number;
}

/**
 * To be asked for before the intent is recorded, so that the time of the record counts from later than that of the mutation.
 *
 * @param left milliseconds
 */
export function mutationTimes(left: number, clockDifference: number): MutationTimes {
  return { over: left + beyond(clockDifference), until: Math.floor(Date.now() + left + clockDifference) };
}

/** One of them is granted to clocks that are ahead, so that they do not cut the time short; the other to those behind. */
function beyond(clockDifference: number): number {
  return 2 * clockDifference;
}
