/**
 * What this process keeps of answers, in front of the backend: objects as fetches bring them, ready to be served. That one is
 * here saves reading it, and not the check that it may be served.
 */
import { isProven, lifeOf, type Life, type StoreState, type TagRecord } from '@selvedge/cache';
import { LRUCache } from 'lru-cache';
import type { PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';

export interface KeptPart {
  /** Shared by all who get it. `null`: there is no such entity. */
  readonly value: JsonObject | null;
  /** Of its fields. */
  readonly proofs: readonly PartProof[];
  /** Bytes, about. */
  readonly size: number;
  readonly proven: LastProof;
}

/** Under which state of the store it was proven last. */
export interface LastProof {
  nonce: string;
  count: number;
  /** Milliseconds since 1970. */
  at: number;
}

export class PartTier {
  private readonly parts: LRUCache<string, KeptPart> | null;

  constructor(maxBytes: number) {
    this.parts =
      maxBytes === 0
        ? null
        : new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ size }, key) => size + key.length });
  }

  get(key: string): KeptPart | undefined {
    return this.parts?.get(key);
  }

  set(key: string, part: KeptPart): void {
    this.parts?.set(key, part);
  }

  delete(key: string): void {
    this.parts?.delete(key);
  }

  get bytes(): number {
    return this.parts?.calculatedSize ?? 0;
  }
}

/** Nothing has been invalidated since it was proven. */
export function isStillProven({ proven, proofs }: KeptPart, state: StoreState): boolean {
  return (
    !state.isBypassed &&
    proven.nonce === state.nonce &&
    proven.count === state.count &&
    proofs.every(({ evidence }) => evidence.cluster === state.cluster || state.cluster === null)
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

/** Of all its fields, that of the one which goes first. */
export function lifeOfAll(proofs: readonly PartProof[], now: number): Life {
  let life: Life = 'fresh';
  for (const { evidence } of proofs) {
    const own = lifeOf(evidence, now);
    if (own === 'over') return own;
    if (own === 'stale') life = own;
  }
  return life;
}

/** Whether the schema lets it be served without a look at the store. */
export function mayBeUnproven({ proofs, proven }: KeptPart, now: number): boolean {
  return proofs.every(({ staleness }) => now - proven.at < staleness * 1_000);
}
