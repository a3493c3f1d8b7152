/** What came of one fetch on behalf of the cache: which of it may be kept, worked out when it is first asked for, and the keeping. */
import type { NewEntry } from '@selvedge/cache';
import type { CachingOfRequest } from './caching-of-request.js';
import type { SentUnits } from './fetch-missing.js';
import type { FetchShape } from './fetch-shape.js';
import { isNew, keepAnswer, type NewPart } from './keep-answer.js';
import type { Refusal } from './keepable.js';
import { proofsOf } from './look-up.js';
import { valuesOf } from './merge-sent.js';
import { listsField, type FoundPart } from './read-parts.js';
import { keepUnit } from './unit.js';

export class FreshParts {
  private known: readonly (NewPart | Refusal)[] | undefined;

  constructor(
    private readonly request: CachingOfRequest,
    private readonly shape: FetchShape,
    readonly sent: SentUnits,
  ) {}

  /** For each part that was sent for, in order. */
  get parts(): readonly (NewPart | Refusal)[] {
    this.known ??= keepAnswer(this.request, this.shape, this.sent);
    return this.known;
  }

  /** @param claim of whoever said to fill it */
  async keep(claim: string): Promise<void> {
    const { backend, subgraph, options } = this.request;
    const entries = this.entries();
    this.keepUnits();
    this.noteRefusals();
    const claimed = new Set(this.sent.parts.flatMap((part) => part.claimed));
    for (const key of claimed) options.cache.filling.delete(key);
    for (const { key } of entries) claimed.delete(key);
    await Promise.all([
      entries.length === 0 ? null : this.fill(entries),
      claimed.size === 0 ? null : backend.abandon(subgraph, [...claimed], claim),
    ]);
  }

  private async fill(entries: readonly NewEntry[]): Promise<void> {
    const { backend, subgraph, options } = this.request;
    const stored = await backend.fill(subgraph, entries);
    if (stored > 0) options.observer.stored(this.about, stored, bytesOf(entries));
    if (stored < entries.length) options.observer.fillRefused(this.about, entries.length - stored);
  }

  /** Those that are this caller's to fill, and what shaped them, where it was not known. */
  private entries(): NewEntry[] {
    const entries: NewEntry[] = [];
    this.parts.forEach((part, index) => {
      const found = this.sent.parts[index];
      if (!isNew(part) || found?.isOfAnother !== false) return;
      const lists = this.request.options.cache.namesToLearn(this.request.namesKey(found.part.kind.name));
      const isKnown = lists.has(part.proof.names);
      if (!lists.learn(part.proof.names)) return;
      entries.push(part.entry);
      if (!isKnown && part.proof.names.length > 0) entries.push(this.namesEntry(found, part, lists.lists));
    });
    return entries;
  }

  private namesEntry(
    { part: { kind } }: FoundPart,
    { entry: { evidence } }: NewPart,
    lists: readonly (readonly string[])[],
  ): NewEntry {
    const until = evidence.fetchedAt + namesKeptFor;
    return {
      key: this.request.namesKey(kind.name),
      fields: new Map([[listsField, JSON.stringify(lists)]]),
      evidence: { ...evidence, snapshot: null, tags: [], expiresAt: until, staleUntil: until },
    };
  }

  private keepUnits(): void {
    const { units, fields, parts: asked, state, sentAt } = this.sent;
    const values = new Map(valuesOf(this.sent));
    const byPart = new Map(asked.map((part, index) => [part, this.parts[index]]));
    for (const unit of units) {
      const own = unit.found.map((part) => byPart.get(part)).filter((part) => part !== undefined);
      if (!own.every(isNew)) continue;
      const before = fields === null ? [] : proofsOf(unit.found);
      const proofs = [...before, ...own.map(({ proof }) => proof)];
      const size = own.reduce((sum, part) => sum + part.size, 0);
      keepUnit(
        this.request,
        this.shape,
        unit.unit,
        { value: values.get(unit) ?? null, proofs, size },
        state,
        sentAt,
      );
    }
  }

  private noteRefusals(): void {
    const refusals = this.parts.filter((part): part is Refusal => !isNew(part));
    const { template } = this.shape;
    if (refusals.length < this.parts.length) template.noteKept();
    const [first] = refusals;
    if (first === undefined) return;
    this.request.options.observer.notCacheable(this.about, first.reason, first.detail);
    if (refusals.length === this.parts.length && first.reason !== 'error') template.noteRefused(first);
  }

  private get about() {
    const { template } = this.shape;
    const kind = template.entities === null ? ('root' as const) : ('entity' as const);
    return { subgraph: this.request.subgraph, kind, name: template.name };
  }
}

/** Milliseconds: what shapes answers changes when a subgraph is deployed. */
const namesKeptFor = 3_600_000;

function bytesOf(entries: readonly NewEntry[]): number {
  let bytes = 0;
  for (const { fields } of entries) for (const text of fields.values()) bytes += text.length;
  return bytes;
}
