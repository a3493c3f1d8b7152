/**
 * Plans on a new supergraph, before it takes over, what the old one is asked for most, so that a reload is no wave of
 * slow first requests.
 */
import { ClientError } from '@selvedge/errors';
import type { CachedPlanner } from './plan-cache.js';

export interface WarmUpOptions {
  /** How many operations at most (`supergraph.query_planning.warmed_up_queries`). */
  readonly limit: number;
  /** Milliseconds after which no further one is begun. */
  readonly timeout: number;
}

export interface WarmUpResult {
  readonly planned: number;
  /** No longer valid, or not to be planned within bounds. */
  readonly dropped: number;
  /** Not tried, because the time was over. */
  readonly skipped: number;
}

/** @param labels of the new supergraph: what was decided by others is planned once without them */
export async function warmUp(
  next: CachedPlanner,
  previous: CachedPlanner,
  labels: readonly string[],
  { limit, timeout }: WarmUpOptions,
): Promise<WarmUpResult> {
  const end = performance.now() + timeout;
  const operations = previous.mostUsed(limit);
  let planned = 0;
  let dropped = 0;
  for (const { key, request, uses } of operations) {
    if (performance.now() >= end) break;
    const overrideLabels = request.overrideLabels.filter((label) => labels.includes(label));
    try {
      await next.warm({ key, request: { ...request, overrideLabels }, uses });
      planned += 1;
    } catch (error) {
      // Whoever asks for it will hear of it; anything else is a fault of ours and stops the reload.
      if (!(error instanceof ClientError)) throw error;
      dropped += 1;
    }
  }
  return { planned, dropped, skipped: operations.length - planned - dropped };
}
