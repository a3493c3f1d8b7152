/** How long the intent of a mutation may last: as long as something of it may still be committed. */
import type { RouterConfig } from '../../config/schema.js';

/** Milliseconds beyond a fetch's time in which what was on its way may still arrive in the subgraph. */
export const grace = 2_000;

/** Milliseconds that a fetch from the subgraph may take. */
export function timeoutOf({ traffic_shaping: { all, subgraphs } }: RouterConfig, subgraph: string): number {
  return subgraphs[subgraph]?.timeout ?? all.timeout;
}

/** Milliseconds; no intent lasts longer. */
export function longestIntent({ traffic_shaping: { all, subgraphs } }: RouterConfig): number {
  const timeouts = Object.values(subgraphs).map(({ timeout = 0 }) => timeout);
  return Math.max(all.timeout, ...timeouts) + grace;
}
