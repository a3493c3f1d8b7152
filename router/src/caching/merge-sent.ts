/** Puts what was sent for in its places: values beside what was there, errors under the indexes that the caller knows. */
import type { FetchError, PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { SentUnits } from './fetch-missing.js';
import { objectOf, type FoundUnit } from './look-up.js';

export function valuesOf({ units, fields, answer }: SentUnits): [FoundUnit, JsonObject | null][] {
  return units.map((unit, index) => {
    const isRoot = unit.unit.representation === null;
    const got = isRoot ? answer.data : (answer.entities[index] ?? null);
    if (fields === null) return [unit, got];
    // What was asked for last knows best whether it is there, if it was asked without an error.
    if (got === null && answer.errors.length === 0) return [unit, null];
    return [unit, { ...objectOf(unit.unit, unit.found), ...got }];
  });
}

/** In the order of what the caller asked for. */
export function errorsOf(units: readonly FoundUnit[], sent: readonly SentUnits[]): FetchError[] {
  const indexes = new Map(units.map((unit, index) => [unit, index]));
  return sent.flatMap((group) => group.answer.errors.flatMap((error) => placed(error, group, indexes)));
}

function placed(
  { error, entity, path }: FetchError,
  { units, responseKeys }: SentUnits,
  indexes: ReadonlyMap<FoundUnit, number>,
): FetchError[] {
  if (path === undefined) return [{ error, entity: null, path }];
  // Of what was there nothing is lost: the places that stay empty are those that were asked for.
  const paths = path.length > 0 || responseKeys === null ? [path] : responseKeys.map((key) => [key]);
  const concerned = entity === null ? units : units.slice(entity, entity + 1);
  return concerned.flatMap((unit) => {
    const index = unit.unit.representation === null ? null : (indexes.get(unit) ?? null);
    return paths.map((each) => ({ error, entity: index, path: each }));
  });
}

/** What clients are told of the part that was there: as if its subgraph said it now. */
export function whatIsLeft(proofs: readonly PartProof[], now: number): string {
  let expiresAt = Infinity;
  let isPrivate = false;
  for (const proof of proofs) {
    expiresAt = Math.min(expiresAt, proof.evidence.expiresAt);
    isPrivate ||= proof.isPrivate;
  }
  const seconds = Math.floor((expiresAt - now) / 1_000);
  return seconds > 0 ? `max-age=${seconds}, ${isPrivate ? 'private' : 'public'}` : 'no-store';
}
