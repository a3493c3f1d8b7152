/** What was served though its time is over is fetched anew, once, for those who come later. */
import { CacheUnavailable, type Claim } from '@selvedge/cache';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { CachingOfRequest } from './caching-of-request.js';
import { sendUnits } from './fetch-missing.js';
import { FreshParts } from './fresh-parts.js';
import type { FetchShape } from './fetch-shape.js';
import { readUnits, type FoundUnit } from './look-up.js';
import { unitId, unitOf, type Unit } from './unit.js';

/** @param claim under which they were read, if they were */
export async function renew(
  request: CachingOfRequest,
  shape: FetchShape,
  operation: SubgraphOperation,
  stale: readonly number[],
  claim: Claim,
): Promise<void> {
  const { renewing } = request.options.cache;
  const units = stale.map((index) =>
    unitOf(request, shape, operation.representations?.[index] ?? null, index),
  );
  const ids = new Map<string, Unit>();
  for (const unit of units) if (unit !== null) ids.set(unitId(request, shape, unit), unit);
  for (const id of ids.keys()) if (renewing.has(id)) ids.delete(id);
  for (const id of ids.keys()) renewing.add(id);
  try {
    const own = [...ids.values()].map((unit): FoundUnit => ({ unit, kept: null, found: [] }));
    if (own.length > 0) await renewUnits(request, shape, operation, own, claim);
  } catch (error) {
    if (!(error instanceof CacheUnavailable)) throw error;
  } finally {
    for (const id of ids.keys()) renewing.delete(id);
  }
}

async function renewUnits(
  request: CachingOfRequest,
  shape: FetchShape,
  operation: SubgraphOperation,
  units: readonly FoundUnit[],
  claim: Claim,
): Promise<void> {
  const state = await readUnits(request, shape, units, claim);
  if (state.isBypassed) return;
  // Where nothing was claimed, another is at it, or has done it.
  const own = units.filter(({ found }) => found.some(({ claimed }) => claimed.length > 0));
  if (own.length === 0) return;
  const sent = await sendUnits(request.options.sendLater, shape, operation, own, state);
  await Promise.all(sent.map((group) => new FreshParts(request, shape, group).keep(claim.id)));
}
