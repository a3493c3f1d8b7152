/**
 * What this process keeps of answers, in front of the backend: objects as fetches bring them, ready to be served. That one is
 * here saves reading it, and not the check that it may be served.
 */
import { isProven, type StoreState, type TagRecord } from '@selvedge/cache';
import { LRUCache } from 'lru-cache';
import type { PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';

export interface KeptPart {
  /** Shared by all who get it. `null`: there is no such entity. */
  readonly value: JsonObject | null;
  /** Of its fields. */
  readonly proofs: readonly PartProof[];
  readonly limits: KeptLimits;
  /** Bytes, about. */
  readonly size: number;
  readonly proven: LastProof;
}

/** What holds of all its fields. */
export interface KeptLimits {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly staleUntil: number;
  /** Milliseconds for which it need not be proven. */
  readonly unprovenFor: number;
  readonly isPrivate: boolean;
  /** Undefined: they are of several. */
  readonly cluster: string | null | undefined;
}

/** Under which state of the store it was proven last. */
export interface LastProof {
  nonce: string;
  count: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** Parts of one fetch that the same callers may see, by representation; of a root there is one, by an empty text. */
export type Shelf = Map<string, KeptPart>;

interface Place {
  readonly shelf: string;
  readonly name: string;
}

export class PartTier {
  private readonly shelves = new Map<string, Shelf>();
  private readonly parts: LRUCache<KeptPart, Place> | null;

  constructor(maxBytes: number) {
    this.parts =
      maxBytes === 0
        ? null
        : new LRUCache<KeptPart, Place>({
            maxSize: maxBytes,
            sizeCalculation: ({ shelf, name }, { size }) => size + shelf.length + name.length,
            dispose: (place, part) => {
              this.remove(place, part);
            },
          });
  }

  shelf(name: string): Shelf | undefined {
    return this.shelves.get(name);
  }

  /** It was asked for, and so stays for longer than others. */
  used(part: KeptPart): void {
    this.parts?.get(part);
  }

  set(shelfName: string, name: string, part: KeptPart): void {
    if (this.parts === null) return;
    const shelf = this.shelves.get(shelfName) ?? new Map<string, KeptPart>();
    const before = shelf.get(name);
    this.shelves.set(shelfName, shelf.set(name, part));
    if (before !== undefined) this.parts.delete(before);
    const place = { shelf: shelfName, name };
    this.parts.set(part, place);
    // Larger than all that may be kept.
    if (!this.parts.has(part)) this.remove(place, part);
  }

  get bytes(): number {
    return this.parts?.calculatedSize ?? 0;
  }

  private remove({ shelf: shelfName, name }: Place, part: KeptPart): void {
    const shelf = this.shelves.get(shelfName);
    if (shelf?.get(name) !== part) return;
    shelf.delete(name);
    if (shelf.size === 0) this.shelves.delete(shelfName);
  }
}

export function limitsOf(proofs: readonly PartProof[]): KeptLimits {
  let expiresAt = Infinity;
  let staleUntil = Infinity;
  let staleness = Infinity;
  let isPrivate = false;
  let cluster = proofs[0]?.evidence.cluster;
  for (const proof of proofs) {
    const { evidence } = proof;
    expiresAt = Math.min(expiresAt, evidence.expiresAt);
    staleUntil = Math.min(staleUntil, evidence.staleUntil);
    staleness = Math.min(staleness, proof.staleness);
    isPrivate ||= proof.isPrivate;
    if (evidence.cluster !== cluster) cluster = undefined;
  }
  return { expiresAt, staleUntil, unprovenFor: staleness * 1_000, isPrivate, cluster };
}

/** Nothing has been invalidated since it was proven. */
export function isStillProven({ proven, limits: { cluster } }: KeptPart, state: StoreState): boolean {
  return (
    !state.isBypassed &&
    proven.nonce === state.nonce &&
    proven.count === state.count &&
    (cluster === state.cluster || (state.cluster === null && cluster !== undefined))
  );
}

/** The same by the records of its tags, after something was invalidated. */
export function isProvenAnew(
  { proofs }: KeptPart,
  state: StoreState,
  records: ReadonlyMap<string, TagRecord | null>,
  now: number,
): boolean {
  return proofs.every(({ evidence }) => isProven(evidence, state, records, now));
}

/** Whether the schema lets it be served without a look at the store. */
export function mayBeUnproven({ limits, proven }: KeptPart, now: number): boolean {
  return now - proven.at < limits.unprovenFor;
}
