/**
 * One fetch by way of the cache: what is there and proven is served, what is not is sent for, and what comes is kept after
 * the answer. Where the cache cannot be asked, or a write of unknown outcome is about, it is as if there were none.
 */
import { randomUUID } from 'node:crypto';
import { CacheUnavailable } from '@selvedge/cache';
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import { CombinedAnswer } from './combined-answer.js';
import type { CachedPart, MissReason } from './cache-observer.js';
import type { CachingOfRequest } from './caching-of-request.js';
import { fetchMissing } from './fetch-missing.js';
import type { FetchShape } from './fetch-shape.js';
import { lookUp, type Found } from './look-up.js';
import { isLacking } from './read-parts.js';
import { unitsOf } from './unit.js';
import { NotCacheable } from './wanted.js';

/** Never rejects for what the cache or the subgraph does. */
export async function cachedFetch(
  request: CachingOfRequest,
  operation: SubgraphOperation,
): Promise<FetchAnswer> {
  const { caching, send } = request.options;
  const shape = caching.shapeOf(operation.template, operation.variables);
  const found = shape === null ? null : await find(request, shape, operation);
  if (shape === null || found === null) return send(operation);
  const lacking = found.units.filter(({ kept }) => kept === null);
  if (lacking.length === 0 || found.state === null)
    return new CombinedAnswer(request, shape, operation, found, []);
  const sent = await fetchMissing(request, shape, operation, lacking, found.state);
  const answer = new CombinedAnswer(request, shape, operation, found, sent);
  request.options.cache.later(() => answer.keep());
  return answer;
}

async function find(
  request: CachingOfRequest,
  shape: FetchShape,
  operation: SubgraphOperation,
): Promise<Found | null> {
  const { observer } = request.options;
  const about = partOf(request, operation);
  try {
    const units = unitsOf(request, shape, operation);
    if (units === null) {
      observer.notCacheable(about, 'subgraph', 'what is asked for cannot be told');
      return null;
    }
    const found = await lookUp(request, shape, units, { id: randomUUID(), milliseconds: claimedFor });
    if (typeof found === 'string') {
      observer.lookedUp(about, allMissed(units.length, found));
      return null;
    }
    observer.lookedUp(about, counted(found));
    return found;
  } catch (error) {
    if (error instanceof NotCacheable) observer.notCacheable(about, 'subgraph', error.message);
    else if (error instanceof CacheUnavailable) observer.lookedUp(about, allMissed(1, 'unavailable'));
    else throw error;
    return null;
  }
}

/** Milliseconds for which others wait for who has said to fill something, at most. */
const claimedFor = 1_000;

export function partOf(
  { subgraph }: CachingOfRequest,
  { representations, template }: SubgraphOperation,
): CachedPart {
  const kind = representations === null ? 'root' : 'entity';
  return { subgraph, kind, name: template.rootKeys.join(' ') };
}

function allMissed(misses: number, reason: MissReason) {
  return { hits: 0, partialHits: 0, misses, reason };
}

function counted({ units, fromMemory }: Found) {
  const lacking = units.filter(({ kept }) => kept === null);
  const partialHits = lacking.filter(({ found }) => found.some((part) => part.found.size > 0)).length;
  const reason = lacking.flatMap(({ found }) => found).find(isLacking)?.reason ?? null;
  const hits = units.length - lacking.length;
  return { hits, partialHits, misses: lacking.length - partialHits, reason, fromMemory };
}
