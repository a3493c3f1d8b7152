/** The objects that a fetch brings: an entity each, or all of a root; each is one thing for this process, whatever it is made of. */
import type { StoreState } from '@selvedge/cache';
import type { PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { FetchShape } from './fetch-shape.js';
import { entityPart, rootParts, type Part } from './part.js';
import { lifeOfAll, type KeptPart } from './part-tier.js';

export interface Unit {
  /** `null`: a root. */
  readonly representation: string | null;
  readonly parts: readonly Part[];
  /** What of its object needs no asking. */
  readonly constants: JsonObject;
}

/** @throws NotCacheable. @returns null: what is asked for cannot be told */
export function unitsOf(
  { options: { caching } }: CachingOfRequest,
  shape: FetchShape,
  { representations }: SubgraphOperation,
): readonly Unit[] | null {
  if (representations === null) {
    const parts = rootParts(shape, caching);
    if (parts === null || parts.length === 0) return null;
    return [{ representation: null, parts, constants: rootNames(shape, caching.types.queryType) }];
  }
  const units: Unit[] = [];
  for (const representation of representations) {
    const part = entityPart(shape, caching, representation);
    if (part === null) return null;
    units.push({ representation, parts: [part], constants: {} });
  }
  return units;
}

/** Clients know the root by this name, whatever the subgraph calls it. */
function rootNames({ wanted }: FetchShape, queryType: string): JsonObject {
  const names = (wanted.fieldsOf(queryType) ?? []).filter(({ key }) => key === '__typename');
  return Object.fromEntries(names.map(({ responseKey }) => [responseKey, queryType]));
}

/** @returns what this process has of it, if its time is not over */
export function keptOf(
  request: CachingOfRequest,
  { id, template }: FetchShape,
  { representation }: Unit,
  now: number,
): KeptPart | null {
  const { tier } = request.options.cache;
  for (const names of template.lists.lists) {
    const kept = tier.get(`${id} ${request.scope(names)} ${representation ?? ''}`);
    if (kept !== undefined && lifeOfAll(kept.proofs, now) !== 'over') return kept;
  }
  return null;
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
  const names = [...new Set(proofs.flatMap((proof) => proof.names))].sort();
  const kept = { value, proofs, size: sizeOf(size, proofs), proven: { nonce, count, at } };
  if (proofs.length > 0 && template.lists.learn(names))
    request.options.cache.tier.set(`${id} ${request.scope(names)} ${representation ?? ''}`, kept);
  return kept;
}

/** Objects take a few times what their text takes. */
function sizeOf(text: number, proofs: readonly PartProof[]): number {
  return 400 + 4 * text + proofs.reduce((sum, { evidence }) => sum + 200 + 60 * evidence.tags.length, 0);
}
