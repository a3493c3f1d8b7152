/** Looks for what a fetch asks for: in this process first, then in the backend, each proven by the store as it is now. */
import type { Claim, StoreState } from '@selvedge/cache';
import type { PartProof } from '../execution/fetch-answer.js';
import type { MissReason } from './cache-observer.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { FetchShape } from './fetch-shape.js';
import { isProvenAnew, isStillProven, mayBeUnproven, type KeptPart } from './part-tier.js';
import { isLacking, readParts, type FoundPart } from './read-parts.js';
import { keepUnit, keptOf, type Unit } from './unit.js';

export interface FoundUnit {
  readonly unit: Unit;
  /** All of it; null: something is lacking. */
  kept: KeptPart | null;
  /** What the backend has, in the order of its parts; empty where this process has all. */
  found: readonly FoundPart[];
}

export interface Found {
  readonly units: readonly FoundUnit[];
  /** Read after the request came and before anything is sent; null: nobody had to look. */
  readonly state: StoreState | null;
  /** How many were in this process. */
  readonly fromMemory: number;
}

/** @throws NotCacheable, CacheUnavailable. @returns or why the cache has no part in it */
export async function lookUp(
  request: CachingOfRequest,
  shape: FetchShape,
  units: readonly Unit[],
  claim: Claim | null,
): Promise<Found | MissReason> {
  const now = Date.now();
  const found = units.map((unit): FoundUnit => ({
    unit,
    kept: keptOf(request, shape, unit, now),
    found: [],
  }));
  const unproven = found.filter(({ kept }) => kept !== null && !mayBeUnproven(kept, now));
  let state: StoreState | null = null;
  if (unproven.length > 0) {
    state = await request.state();
    if (state.isBypassed) return 'bypassed';
    await prove(request, unproven, state, now);
  }
  const lacking = found.filter(({ kept }) => kept === null);
  const fromMemory = found.length - lacking.length;
  if (lacking.length === 0) return { units: found, state, fromMemory };
  const later = await readUnits(request, shape, lacking, claim);
  return later.isBypassed ? 'bypassed' : { units: found, state: later, fromMemory };
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
  return state;
}

/** What may not be served any more is not kept. */
async function prove(
  request: CachingOfRequest,
  units: readonly FoundUnit[],
  state: StoreState,
  now: number,
): Promise<void> {
  const moved: FoundUnit[] = [];
  for (const each of units) {
    if (each.kept === null) continue;
    if (isStillProven(each.kept, state)) each.kept.proven.at = now;
    else moved.push(each);
  }
  if (moved.length === 0) return;
  const tags = new Set<string>();
  for (const { kept } of moved)
    for (const { evidence } of kept?.proofs ?? []) for (const tag of evidence.tags) tags.add(tag);
  const { state: later, records } = await request.backend.records(request.subgraph, [...tags]);
  for (const each of moved) {
    if (each.kept === null) continue;
    if (isProvenAnew(each.kept, later, records, now))
      Object.assign(each.kept.proven, { nonce: later.nonce, count: later.count, at: now });
    else each.kept = null;
  }
}

/** One object of all its parts. */
function wholeOf({ unit, found }: FoundUnit) {
  const proofs = proofsOf(found);
  let size = 0;
  for (const part of found) for (const field of part.found.values()) size += field.size;
  const isNull = found.some((part) => part.isNull);
  return { value: isNull ? null : objectOf(unit, found), proofs, size };
}

/** What is there, as the fetch would bring it. */
export function objectOf({ constants }: Unit, found: readonly FoundPart[]): Record<string, unknown> {
  const object: Record<string, unknown> = { ...constants };
  for (const part of found) Object.assign(object, part.object);
  return object;
}

/** Of all fields that are there, each once. */
export function proofsOf(found: readonly FoundPart[]): PartProof[] {
  const byEvidence = new Map<PartProof['evidence'], PartProof>();
  for (const part of found)
    for (const { proof } of part.found.values()) byEvidence.set(proof.evidence, proof);
  return [...byEvidence.values()];
}
