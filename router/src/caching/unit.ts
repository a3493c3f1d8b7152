/** The objects that a fetch brings: an entity each, or all of a root; each is one thing for this process, whatever it is made of. */
import type { StoreState } from '@selvedge/cache';
import type { PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { FetchShape } from './fetch-shape.js';
import { entityPart, rootParts, type Part } from './part.js';
import { limitsOf, type KeptPart, type Shelf } from './part-tier.js';

export interface Unit {
  /** Among those that the fetch asks for. */
  readonly index: number;
  /** `null`: a root. */
  readonly representation: string | null;
  readonly parts: readonly Part[];
  /** What of its object needs no asking. */
  readonly constants: JsonObject;
}

/** @throws NotCacheable. @returns null: what is asked for cannot be told */
export function unitOf(
  { options: { caching } }: CachingOfRequest,
  shape: FetchShape,
  representation: string | null,
  index: number,
): Unit | null {
  if (representation === null) {
    const parts = rootParts(shape, caching);
    if (parts === null || parts.length === 0) return null;
    return { index, representation, parts, constants: rootNames(shape, caching.types.queryType) };
  }
  const part = entityPart(shape, caching, representation);
  return part && { index, representation, parts: [part], constants: nothing };
}

const nothing: JsonObject = {};

/** Clients know the root by this name, whatever the subgraph calls it. */
function rootNames({ wanted }: FetchShape, queryType: string): JsonObject {
  const names = (wanted.fieldsOf(queryType) ?? []).filter(({ key }) => key === '__typename');
  return Object.fromEntries(names.map(({ responseKey }) => [responseKey, queryType]));
}

/** What this process has that the caller may see, under each list of names. */
export function shelvesFor(request: CachingOfRequest, { id, template }: FetchShape): Shelf[] {
  const { tier } = request.options.cache;
  return template.lists.lists.flatMap((names) => tier.shelf(shelfName(request, id, names)) ?? []);
}

/** @returns what this process has of it, if its time is not over */
export function keptOf(
  request: CachingOfRequest,
  shelves: readonly Shelf[],
  representation: string | null,
  now: number,
): KeptPart | null {
  for (const shelf of shelves) {
    const kept = shelf.get(representation ?? '');
    if (kept === undefined || now >= kept.limits.staleUntil) continue;
    request.options.cache.tier.used(kept);
    return kept;
  }
  return null;
}

function shelfName(request: CachingOfRequest, id: number, names: readonly string[]): string {
  return `${id} ${request.scope(names)}`;
}

/** One for all who may share it. */
export function unitId({ subgraph, options }: CachingOfRequest, { id }: FetchShape, unit: Unit): string {
  return JSON.stringify([subgraph, id, unit.representation, options.headers]);
}

export interface NewUnit {
  readonly value: JsonObject | null;
  readonly proofs: readonly PartProof[];
  readonly size: number;
}

/** @param state by which all of it is proven */
export function keepUnit(
  request: CachingOfRequest,
  { id, template }: FetchShape,
  { representation }: Unit,
  { value, proofs, size }: NewUnit,
  { nonce, count }: StoreState,
  at: number,
): KeptPart {
  const limits = limitsOf(proofs);
  const kept = { value, proofs, limits, size: sizeOf(size, proofs), proven: { nonce, count, at } };
  const names = namesOf(proofs);
  if (proofs.length > 0 && template.lists.learn(names))
    request.options.cache.tier.set(shelfName(request, id, names), representation ?? '', kept);
  return kept;
}

function namesOf(proofs: readonly PartProof[]): readonly string[] {
  const [first] = proofs;
  if (first !== undefined && proofs.every(({ names }) => names === first.names || names.length === 0))
    return first.names;
  return [...new Set(proofs.flatMap(({ names }) => names))].sort();
}

/** Objects take a few times what their text takes. */
function sizeOf(text: number, proofs: readonly PartProof[]): number {
  return 400 + 4 * text + proofs.reduce((sum, { evidence }) => sum + 200 + 60 * evidence.tags.length, 0);
}
