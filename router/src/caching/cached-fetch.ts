/**
 * One fetch by way of the cache: what is there and proven is served, what is not is sent for, and what comes is kept after
 * the answer. Where the cache cannot be asked, or a write of unknown outcome is about, it is as if there were none.
 */
import { randomUUID } from 'node:crypto';
import { CacheUnavailable, type Claim, type StoreState } from '@selvedge/cache';
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import { awaitFillers, isAwaited } from './await-fillers.js';
import type { CachedPart, LookUp, MissReason } from './cache-observer.js';
import type { CachingOfRequest } from './caching-of-request.js';
import { CombinedAnswer } from './combined-answer.js';
import { fetchMissing } from './fetch-missing.js';
import type { FetchShape } from './fetch-shape.js';
import { FreshParts } from './fresh-parts.js';
import { lookUp, type Found, type FoundUnit } from './look-up.js';
import { isLacking } from './read-parts.js';
import type { KeptPart } from './part-tier.js';
import { renew } from './renew.js';
import { claimedFor } from './response-cache.js';
import { NotCacheable } from './wanted.js';

/** Never rejects for what the cache or the subgraph does. */
export async function cachedFetch(
  request: CachingOfRequest,
  operation: SubgraphOperation,
): Promise<FetchAnswer> {
  const { caching, send, cache } = request.options;
  const shape = caching.shapeOf(operation.template, operation.variables);
  const claim = { id: `${processId} ${(lastClaim += 1)}`, milliseconds: claimedFor };
  const found = shape === null ? null : await find(request, shape, operation, claim);
  if (shape === null || found === null) return send(operation);
  const { kept, units, state } = found;
  const stale = staleIn(found, Date.now());
  if (stale.length > 0) cache.later(() => renew(request, shape, operation, stale, claim));
  if (units.length === 0 || units.some((unit) => unit.kept !== null)) shape.template.noteKept();
  const lacking = units.filter(({ kept }) => kept === null);
  const fresh =
    lacking.length === 0 || state === null
      ? []
      : await fetchOrAwait(request, shape, operation, lacking, state, claim);
  return new CombinedAnswer(operation, kept, units, fresh);
}

const processId = randomUUID();
let lastClaim = 0;

/** Nobody who is waited for waits: what is this caller's to fill goes at once, and is kept as soon as it is there. */
async function fetchOrAwait(
  request: CachingOfRequest,
  shape: FetchShape,
  operation: SubgraphOperation,
  lacking: readonly FoundUnit[],
  state: StoreState,
  claim: Claim,
): Promise<FreshParts[]> {
  const fetchAll = async (units: readonly FoundUnit[]) =>
    Promise.all(
      fetchMissing(request.options.send, shape, operation, units, state).map(async (sent) => {
        const fresh = new FreshParts(request, shape, await sent);
        request.options.cache.later(() => fresh.keep(claim.id));
        return fresh;
      }),
    );
  const awaited = lacking.filter((unit) => isAwaited(request, unit));
  if (awaited.length === 0) return fetchAll(lacking);
  const fetchAfter = async () => {
    await awaitFillers(request, shape, awaited, claim);
    return fetchAll(awaited.filter(({ kept }) => kept === null));
  };
  const own = lacking.filter((unit) => !awaited.includes(unit));
  return (await Promise.all([fetchAll(own), fetchAfter()])).flat();
}

async function find(
  request: CachingOfRequest,
  shape: FetchShape,
  operation: SubgraphOperation,
  claim: Claim,
): Promise<Found | null> {
  const { observer } = request.options;
  const about = aboutOf(request, shape);
  const { refusal } = shape.template;
  if (refusal !== null) {
    observer.notCacheable(about, refusal.reason, refusal.detail);
    return null;
  }
  try {
    const asked = operation.representations ?? [null];
    const found = await lookUp(request, shape, asked, claim);
    observer.lookedUp(about, typeof found === 'string' ? allMissed(asked.length, found) : counted(found));
    return typeof found === 'string' ? null : found;
  } catch (error) {
    if (error instanceof NotCacheable) observer.notCacheable(about, 'subgraph', error.message);
    else if (error instanceof CacheUnavailable)
      observer.lookedUp(about, allMissed(operation.representations?.length ?? 1, 'unavailable'));
    else throw error;
    return null;
  }
}

function aboutOf({ subgraph }: CachingOfRequest, { template }: FetchShape): CachedPart {
  return { subgraph, kind: template.entities === null ? 'root' : 'entity', name: template.name };
}

function allMissed(misses: number, reason: MissReason): LookUp {
  return { hits: 0, partialHits: 0, misses, reason };
}

function counted(found: Found): LookUp {
  const { kept, units } = found;
  const lacking = units.filter((unit) => unit.kept === null);
  const partialHits = lacking.filter((unit) => unit.found.some(({ proofs }) => proofs.length > 0)).length;
  const reason = lacking.flatMap((unit) => unit.found).find(isLacking)?.reason ?? null;
  return {
    hits: kept.length - lacking.length,
    partialHits,
    misses: lacking.length - partialHits,
    reason,
    fromMemory: kept.length - units.length,
    stale: staleIn(found, Date.now()).length,
  };
}

/** Indexes of what is served though its time is over. */
function staleIn({ kept, units }: Found, now: number): number[] {
  const isStale = (part: KeptPart | null | undefined) => part != null && now >= part.limits.expiresAt;
  const stale = kept.flatMap((part, index) => (isStale(part) ? [index] : []));
  for (const { kept: read, unit } of units) if (isStale(read)) stale.push(unit.index);
  return stale;
}
