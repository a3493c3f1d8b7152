/** Puts what was sent for in its places: values beside what was there, errors under the indexes that the caller knows. */
import type { FetchError } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { SentUnits } from './fetch-missing.js';
import { objectOf, type FoundUnit } from './look-up.js';
import type { KeptLimits } from './part-tier.js';

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

export function errorsOf(sent: readonly SentUnits[]): FetchError[] {
  return sent.flatMap((group) => group.answer.errors.flatMap((error) => placed(error, group)));
}

function placed({ error, entity, path }: FetchError, { units, responseKeys }: SentUnits): FetchError[] {
  if (path === undefined) return [{ error, entity: null, path }];
  // Of what was there nothing is lost: the places that stay empty are those that were asked for.
  const paths = path.length > 0 || responseKeys === null ? [path] : responseKeys.map((key) => [key]);
  const concerned = entity === null ? units : units.slice(entity, entity + 1);
  return concerned.flatMap(({ unit }) => {
    const index = unit.representation === null ? null : unit.index;
    return paths.map((each) => ({ error, entity: index, path: each }));
  });
}

/** What clients are told of the parts that were there: as if their subgraph said it now. */
export function whatIsLeft(limits: readonly KeptLimits[], now: number): string {
  let expiresAt = Infinity;
  let isPrivate = false;
  for (const each of limits) {
    expiresAt = Math.min(expiresAt, each.expiresAt);
    isPrivate ||= each.isPrivate;
  }
  const seconds = Math.floor((expiresAt - now) / 1_000);
  return seconds > 0 ? `max-age=${seconds}, ${isPrivate ? 'private' : 'public'}` : 'no-store';
}
