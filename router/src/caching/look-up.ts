/** Looks for what a fetch asks for: in this process first, then in the backend, each proven by the store as it is now. */
import type { Claim, StoreState } from '@selvedge/cache';
import type { PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { MissReason } from './cache-observer.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { FetchShape } from './fetch-shape.js';
import { isProvenAnew, isStillProven, mayBeUnproven, type KeptPart } from './part-tier.js';
import { isLacking, readParts, type FoundPart } from './read-parts.js';
import { keepUnit, keptOf, shelvesFor, unitOf, type Unit } from './unit.js';
import { NotCacheable } from './wanted.js';

export interface FoundUnit {
  readonly unit: Unit;
  /** All of it; null: something is lacking. */
  kept: KeptPart | null;
  /** What the backend has, in the order of its parts. */
  found: readonly FoundPart[];
}

export interface Found {
  /** For each object of the fetch, what this process has of it. */
  readonly kept: readonly (KeptPart | null)[];
  /** Those of which it has nothing. */
  readonly units: readonly FoundUnit[];
  /** Read after the request came and before anything is sent; null: nobody had to look. */
  readonly state: StoreState | null;
}

/** @throws NotCacheable, CacheUnavailable. @returns or why the cache has no part in it */
export async function lookUp(
  request: CachingOfRequest,
  shape: FetchShape,
  representations: readonly (string | null)[],
  claim: Claim | null,
): Promise<Found | MissReason> {
  const now = Date.now();
  const shelves = shelvesFor(request, shape);
  const kept = representations.map((text) => keptOf(request, shelves, text, now));
  let state: StoreState | null = null;
  if (kept.some((part) => part !== null && !mayBeUnproven(part, now))) {
    state = await request.state();
    if (state.isBypassed) return 'bypassed';
    await prove(request, kept, state, now);
  }
  const units: FoundUnit[] = [];
  for (const [index, part] of kept.entries()) {
    if (part !== null) continue;
    const unit = unitOf(request, shape, representations[index] ?? null, index);
    if (unit === null) throw new NotCacheable('what is asked for cannot be told');
    units.push({ unit, kept: null, found: [] });
  }
  if (units.length === 0) return { kept, units, state };
  state = await readUnits(request, shape, units, claim);
  return state.isBypassed ? 'bypassed' : { kept, units, state };
}

/** Reads from the backend what this process does not have. @throws CacheUnavailable. @returns the state that it was proven by */
export async function readUnits(
  request: CachingOfRequest,
  shape: FetchShape,
  units: readonly FoundUnit[],
  claim: Claim | null,
): Promise<StoreState> {
  const now = Date.now();
  const parts = units.flatMap(({ unit }) => unit.parts);
  const { state, parts: read } = await readParts(request, parts, claim);
  let at = 0;
  for (const each of units) {
    each.found = read.slice(at, at + each.unit.parts.length);
    at += each.unit.parts.length;
    if (!state.isBypassed && !each.found.some(isLacking))
      each.kept = keepUnit(request, shape, each.unit, wholeOf(each), state, now);
  }
  if (claim !== null) abandonIdle(request, units, claim, now);
  return state;
}

/** Under other names, or of other types, entries may have been lacking of what is there: nobody need wait for those. */
function abandonIdle(
  { options: { cache }, backend, subgraph }: CachingOfRequest,
  units: readonly FoundUnit[],
  claim: Claim,
  now: number,
): void {
  const idle = units.flatMap(({ kept, found }) =>
    kept === null || now >= kept.limits.expiresAt ? [] : found.flatMap(({ claimed }) => claimed),
  );
  if (idle.length === 0) return;
  for (const key of idle) cache.filling.delete(key);
  cache.later(() => backend.abandon(subgraph, idle, claim.id));
}

/** Takes out what may not be served any more. */
async function prove(
  request: CachingOfRequest,
  kept: (KeptPart | null)[],
  state: StoreState,
  now: number,
): Promise<void> {
  const moved: number[] = [];
  for (const [index, part] of kept.entries()) {
    if (part === null) continue;
    if (isStillProven(part, state)) part.proven.at = now;
    else if (!mayBeUnproven(part, now)) moved.push(index);
  }
  if (moved.length === 0) return;
  const tags = new Set<string>();
  for (const index of moved)
    for (const { evidence } of kept[index]?.proofs ?? []) for (const tag of evidence.tags) tags.add(tag);
  const { state: later, records } = await request.backend.records(request.subgraph, [...tags]);
  for (const index of moved) {
    const part = kept[index] ?? null;
    if (part !== null && isProvenAnew(part, later, records, now))
      Object.assign(part.proven, { nonce: later.nonce, count: later.count, at: now });
    else kept[index] = null;
  }
}

/** One object of all its parts. */
function wholeOf({ unit, found }: FoundUnit) {
  let size = 0;
  for (const part of found) size += part.size;
  const isNull = found.some(({ object }) => object === null);
  return { value: isNull ? null : objectOf(unit, found), proofs: proofsOf(found), size };
}

/** What is there, as the fetch would bring it. */
export function objectOf({ constants }: Unit, found: readonly FoundPart[]): JsonObject {
  const [only] = found;
  if (found.length === 1 && only?.object != null && only.part.representation !== null) return only.object;
  const object: Record<string, unknown> = { ...constants };
  for (const part of found) Object.assign(object, part.object);
  return object;
}

/** Of all that is there. */
export function proofsOf(found: readonly FoundPart[]): readonly PartProof[] {
  const [only] = found;
  return found.length === 1 && only !== undefined ? only.proofs : found.flatMap(({ proofs }) => proofs);
}
