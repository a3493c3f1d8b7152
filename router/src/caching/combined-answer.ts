/** An answer of what was there and of what was sent for. What proves it is worked out only when somebody asks. */
import type { CallOrigin, FetchAnswer, FetchError, PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { SentUnits } from './fetch-missing.js';
import type { FreshParts } from './fresh-parts.js';
import { isNew } from './keep-answer.js';
import { proofsOf, type FoundUnit } from './look-up.js';
import { limitsOf, type KeptPart } from './part-tier.js';
import { errorsOf, valuesOf, whatIsLeft } from './merge-sent.js';

export class CombinedAnswer implements FetchAnswer {
  readonly data: JsonObject | null;
  readonly entities: readonly (JsonObject | null)[];
  readonly errors: readonly FetchError[];
  readonly cacheControl: readonly (string | undefined)[];
  readonly isPrivate: boolean;
  readonly origins: readonly CallOrigin[];
  readonly entityPlaces = null;
  private readonly served: readonly KeptPart[];
  /** Of those of which only a part was there. */
  private readonly partly: readonly PartProof[];

  /**
   * @param kept for each object of the operation, what this process had of it
   * @param units those of which it had nothing
   */
  constructor(
    operation: SubgraphOperation,
    kept: readonly (KeptPart | null)[],
    units: readonly FoundUnit[],
    private readonly fresh: readonly FreshParts[],
  ) {
    const sent = fresh.map((parts) => parts.sent);
    const [only] = sent;
    const isWhole = only?.units.length === kept.length && only.fields === null;
    const objects = isWhole ? [] : objectsOf(kept, units, sent);
    const isRoot = operation.representations === null;
    this.data = isWhole ? only.answer.data : isRoot ? (objects[0] ?? null) : null;
    this.entities = isWhole ? only.answer.entities : isRoot ? [] : objects;
    this.errors = isWhole ? only.answer.errors : errorsOf(sent);
    this.served = [...kept, ...units.map((unit) => unit.kept)].filter((part) => part !== null);
    this.partly = sent.flatMap((group) =>
      group.fields === null ? [] : group.units.flatMap(({ found }) => proofsOf(found)),
    );
    const partly = this.partly.length === 0 ? [] : [{ limits: limitsOf(this.partly) }];
    const limits = [...this.served, ...partly].map((part) => part.limits);
    const left = limits.length === 0 ? [] : [whatIsLeft(limits, Date.now())];
    this.cacheControl = [...left, ...sent.flatMap(({ answer }) => answer.cacheControl)];
    this.isPrivate = limits.some(({ isPrivate }) => isPrivate) || sent.some(({ answer }) => answer.isPrivate);
    this.origins = sent.flatMap(({ answer }) => answer.origins);
  }

  get proofs(): readonly PartProof[] | null {
    const all = [...this.served.flatMap(({ proofs }) => proofs), ...this.partly];
    for (const { parts } of this.fresh) {
      for (const part of parts) {
        if (!isNew(part)) return null;
        all.push(part.proof);
      }
    }
    return all;
  }
}

function objectsOf(
  kept: readonly (KeptPart | null)[],
  units: readonly FoundUnit[],
  sent: readonly SentUnits[],
): (JsonObject | null)[] {
  const objects = kept.map((part) => part?.value ?? null);
  for (const { kept: read, unit } of units) objects[unit.index] = read?.value ?? null;
  for (const group of sent) for (const [{ unit }, value] of valuesOf(group)) objects[unit.index] = value;
  return objects;
}
