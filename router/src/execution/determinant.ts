/**
 * The one field of the hosts that decides what a fetch's representations are, where there is one: the hosts have no other
 * field of a representation, and what comes from other fetches at the same place is decided by the same field.
 */
import type { Fetch } from './fetch-graph.js';
import type { Representation } from './representation.js';
import type { Walk } from './positions.js';

/** @param determinants of the fetches before it */
export function determinantOf(
  fetch: Fetch,
  { origin }: Walk,
  determinants: readonly (string | null)[],
): string | null {
  if (origin === null || fetch.requires === null || fetch.contextRewrites.length > 0) return null;
  const keys = flatKeys(fetch.requires);
  const host = fetch.node.sources[origin.slot];
  if (keys === null || host === undefined) return null;
  const [determinant, ...others] = [...keys].filter((key) => host.selections.has(key));
  if (determinant === undefined || others.length > 0) return null;
  const isDecided = fetch.node.sources.every((source) => {
    if (source === host || source.fetch === fetch.index) return true;
    const hasPart = [...keys].some((key) => source.selections.has(key));
    return !hasPart || (source.parentSlot === null && determinants[source.fetch] === determinant);
  });
  return isDecided ? determinant : null;
}

/** Without `__typename`, which is always looked at; `null` where a representation has objects in it. */
function flatKeys(selections: readonly Representation[]): ReadonlySet<string> | null {
  const keys = new Set<string>();
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      if (selection.selections !== undefined) return null;
      keys.add(selection.alias ?? selection.name);
      continue;
    }
    const inner = flatKeys(selection.selections);
    if (inner === null) return null;
    for (const key of inner) keys.add(key);
  }
  keys.delete('__typename');
  return keys;
}
