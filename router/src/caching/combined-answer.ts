/** An answer of what was there and of what was sent for. What proves it is worked out only when somebody asks. */
import type { CallOrigin, FetchAnswer, FetchError, PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { FreshParts } from './fresh-parts.js';
import { isNew } from './keep-answer.js';
import { proofsOf, type FoundUnit } from './look-up.js';
import { errorsOf, valuesOf, whatIsLeft } from './merge-sent.js';

export class CombinedAnswer implements FetchAnswer {
  readonly data: JsonObject | null;
  readonly entities: readonly (JsonObject | null)[];
  readonly errors: readonly FetchError[];
  readonly cacheControl: readonly (string | undefined)[];
  readonly isPrivate: boolean;
  readonly origins: readonly CallOrigin[];
  readonly entityPlaces = null;
  /** Of what was there. */
  private readonly cached: readonly PartProof[];

  /** @param units of the operation, in order */
  constructor(
    operation: SubgraphOperation,
    units: readonly FoundUnit[],
    private readonly fresh: readonly FreshParts[],
  ) {
    const sent = fresh.map((parts) => parts.sent);
    const partly = sent.flatMap((group) => (group.fields === null ? [] : group.units));
    this.cached = [
      ...units.flatMap(({ kept }) => kept?.proofs ?? []),
      ...partly.flatMap(({ found }) => proofsOf(found)),
    ];
    const [only] = sent;
    const isWhole = only?.units.length === units.length && only.fields === null;
    const values = isWhole ? null : new Map(sent.flatMap((group) => valuesOf(group)));
    const objects = units.map((unit) => (unit.kept === null ? (values?.get(unit) ?? null) : unit.kept.value));
    const isRoot = operation.representations === null;
    this.data = isWhole ? only.answer.data : isRoot ? (objects[0] ?? null) : null;
    this.entities = isWhole ? only.answer.entities : isRoot ? [] : objects;
    this.errors = isWhole ? only.answer.errors : errorsOf(units, sent);
    const left = this.cached.length === 0 ? [] : [whatIsLeft(this.cached, Date.now())];
    this.cacheControl = [...left, ...sent.flatMap(({ answer }) => answer.cacheControl)];
    this.isPrivate =
      this.cached.some(({ isPrivate }) => isPrivate) || sent.some(({ answer }) => answer.isPrivate);
    this.origins = sent.flatMap(({ answer }) => answer.origins);
  }

  get proofs(): readonly PartProof[] | null {
    const all = [...this.cached];
    for (const { parts } of this.fresh) {
      for (const part of parts) {
        if (!isNew(part)) return null;
        all.push(part.proof);
      }
    }
    return all;
  }
}
