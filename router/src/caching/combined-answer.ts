/** An answer of what was there and of what was sent for. What is kept of it is worked out after it has gone on its way. */
import type { NewEntry } from '@selvedge/cache';
import type { CallOrigin, FetchAnswer, FetchError, PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { SentUnits } from './fetch-missing.js';
import type { FetchShape } from './fetch-shape.js';
import { isNew, keepAnswer, type NewPart } from './keep-answer.js';
import type { Refusal } from './keepable.js';
import { proofsOf, type Found, type FoundUnit } from './look-up.js';
import { errorsOf, valuesOf, whatIsLeft } from './merge-sent.js';
import { keepUnit } from './unit.js';

export class CombinedAnswer implements FetchAnswer {
  readonly data: JsonObject | null;
  readonly entities: readonly (JsonObject | null)[];
  readonly errors: readonly FetchError[];
  readonly cacheControl: readonly (string | undefined)[];
  readonly isPrivate: boolean;
  readonly origins: readonly CallOrigin[];
  readonly entityPlaces = null;
  /** What is served of the cache. */
  private readonly cached: readonly PartProof[];
  private readonly values: ReadonlyMap<FoundUnit, JsonObject | null>;
  private kept: readonly (readonly (NewPart | Refusal)[])[] | undefined;

  constructor(
    private readonly request: CachingOfRequest,
    private readonly shape: FetchShape,
    operation: SubgraphOperation,
    { units }: Found,
    private readonly sent: readonly SentUnits[],
  ) {
    const partly = sent.flatMap((group) => (group.fields === null ? [] : group.units));
    this.cached = [
      ...units.flatMap(({ kept }) => kept?.proofs ?? []),
      ...partly.flatMap(({ found }) => proofsOf(found)),
    ];
    this.values = new Map(sent.flatMap((group) => valuesOf(group)));
    const values = units.map((unit) =>
      unit.kept === null ? (this.values.get(unit) ?? null) : unit.kept.value,
    );
    this.data = operation.representations === null ? (values[0] ?? null) : null;
    this.entities = operation.representations === null ? [] : values;
    const isWhole = this.cached.length === 0 && sent.length === 1;
    this.errors = isWhole ? (sent[0]?.answer.errors ?? []) : errorsOf(units, sent);
    const own = this.cached.length === 0 ? [] : [whatIsLeft(this.cached, Date.now())];
    this.cacheControl = [...own, ...sent.flatMap(({ answer }) => answer.cacheControl)];
    this.isPrivate =
      this.cached.some(({ isPrivate }) => isPrivate) || sent.some(({ answer }) => answer.isPrivate);
    this.origins = sent.flatMap(({ answer }) => answer.origins);
  }

  get proofs(): readonly PartProof[] | null {
    const all = [...this.cached];
    for (const part of this.worthKeeping.flat()) {
      if (!isNew(part)) return null;
      all.push(part.proof);
    }
    return all;
  }

  private get worthKeeping(): readonly (readonly (NewPart | Refusal)[])[] {
    this.kept ??= this.sent.map((group) => keepAnswer(this.request, this.shape, group));
    return this.kept;
  }

  /** In this process and in the backend. */
  async keep(): Promise<void> {
    const { backend, subgraph } = this.request;
    const entries: NewEntry[] = [];
    this.sent.forEach((group, index) => {
      const parts = this.worthKeeping[index] ?? [];
      for (const part of parts) if (isNew(part)) entries.push(part.entry);
      this.keepUnits(group, parts);
    });
    if (entries.length > 0) await backend.fill(subgraph, entries);
  }

  private keepUnits(
    { units, fields, parts: asked, state, sentAt }: SentUnits,
    parts: readonly (NewPart | Refusal)[],
  ): void {
    let at = 0;
    for (const unit of units) {
      const own = unit.found.filter((part) => asked.includes(part)).map(() => parts[(at += 1) - 1]);
      if (!own.every(isNew)) continue;
      const before = fields === null ? [] : proofsOf(unit.found);
      const proofs = [...before, ...own.map(({ proof }) => proof)];
      const size = own.reduce((sum, part) => sum + part.size, 0);
      const value = this.values.get(unit) ?? null;
      keepUnit(this.request, this.shape, unit.unit, { value, proofs, size }, state, sentAt);
    }
  }
}
