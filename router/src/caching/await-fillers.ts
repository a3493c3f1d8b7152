/**
 * What another router has said to fill is waited for, as long as such a fetch usually takes: where many ask for what is not
 * there any more, one asks the subgraph. Within a process equal fetches gather anyway, and nobody waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CacheUnavailable, type Claim } from '@selvedge/cache';
import type { CachingOfRequest } from './caching-of-request.js';
import type { FetchShape } from './fetch-shape.js';
import { readUnits, type FoundUnit } from './look-up.js';
import { isLacking } from './read-parts.js';

export function isAwaited({ options: { cache } }: CachingOfRequest, { kept, found }: FoundUnit): boolean {
  if (kept !== null) return false;
  return found
    .filter(isLacking)
    .every(({ isOfAnother, keys }) => isOfAnother && !keys.some((key) => cache.filling.has(key)));
}

/** When they are there, or are this caller's to fill, or it has taken too long. */
export async function awaitFillers(
  request: CachingOfRequest,
  shape: FetchShape,
  units: readonly FoundUnit[],
  claim: Claim,
): Promise<void> {
  const until = performance.now() + request.options.usualTime();
  let awaited = units;
  try {
    for (let pause = shortest; awaited.length > 0 && performance.now() < until; pause *= 2) {
      await sleep(Math.min(pause, until - performance.now()));
      const state = await readUnits(request, shape, awaited, claim);
      if (state.isBypassed) return;
      awaited = awaited.filter((unit) => isAwaited(request, unit));
    }
  } catch (error) {
    if (!(error instanceof CacheUnavailable)) throw error;
  }
}

/** Milliseconds, for the first time. */
const shortest = 2;
