/** An answer as it was sent, with all that it takes to serve it again: what proves each of its parts, and until when. */
import type { Evidence, StoreState } from '@selvedge/cache';
import type { PartProof } from '../../execution/fetch-answer.js';

/** What is sent; whoever gets it must not write to it. */
export interface SentAnswer {
  /** JSON. */
  readonly bytes: Buffer;
  /** The same once more, where that helps. */
  readonly text?: string | null;
}

export interface KeptAnswer<Answer extends SentAnswer = SentAnswer> {
  readonly answer: Answer;
  readonly stores: readonly StoreProof[];
  /** Milliseconds since 1970: when the first of its parts expires. */
  readonly expiresAt: number;
  /** About, in memory. */
  readonly size: number;
}

/** What of an answer came from one store. */
export interface StoreProof {
  readonly store: string;
  readonly evidence: readonly Evidence[];
  readonly tags: readonly string[];
  /** Of the store, when all of this was last proven; `null`: it has not been, since it is kept. */
  provenUnder: Pick<StoreState, 'nonce' | 'count'> | null;
}

/** @param proofs of all parts */
export function keptAnswer<Answer extends SentAnswer>(
  answer: Answer,
  proofs: readonly PartProof[],
): KeptAnswer<Answer> {
  const stores = storeProofs(proofs);
  const expiresAt = Math.min(...proofs.map(({ evidence }) => evidence.expiresAt));
  return { answer, stores, expiresAt, size: sizeOf(answer, stores) };
}

/** @param now milliseconds since 1970. @returns whether it may be kept: for whom, until when and what proves it is known */
export function isKeepable(proofs: readonly PartProof[] | null, now: number): proofs is readonly PartProof[] {
  if (proofs === null || proofs.length === 0) return false;
  return proofs.every(
    ({ evidence, isPrivate, names }) => evidence.expiresAt > now && !(isPrivate && names.length === 0),
  );
}

function storeProofs(proofs: readonly PartProof[]): StoreProof[] {
  const bySubgraph = new Map<string, Evidence[]>();
  for (const { subgraph, evidence } of proofs) {
    const known = bySubgraph.get(subgraph);
    if (known === undefined) bySubgraph.set(subgraph, [evidence]);
    else known.push(evidence);
  }
  return [...bySubgraph].map(([store, parts]) => {
    const evidence = joined(parts);
    const tags = [...new Set(evidence.flatMap((one) => one.tags))];
    return { store, evidence, tags, provenUnder: null };
  });
}

/** What differs in nothing but tags and times is one: the entities of a fetch mostly do. */
function joined(parts: readonly Evidence[]): Evidence[] {
  const known = new Map<string, Evidence[]>();
  for (const evidence of parts) {
    const { nonce, count, cluster, snapshot } = evidence;
    const key = JSON.stringify([nonce, count, cluster, snapshot]);
    known.set(key, [...(known.get(key) ?? []), evidence]);
  }
  return [...known.values()].flatMap(([first, ...rest]) => (first === undefined ? [] : [join(first, rest)]));
}

function join(first: Evidence, rest: readonly Evidence[]): Evidence {
  if (rest.length === 0) return first;
  const all = [first, ...rest];
  return {
    ...first,
    tags: [...new Set(all.flatMap(({ tags }) => tags))],
    fetchedAt: Math.min(...all.map(({ fetchedAt }) => fetchedAt)),
    expiresAt: Math.min(...all.map(({ expiresAt }) => expiresAt)),
    staleUntil: Math.min(...all.map(({ staleUntil }) => staleUntil)),
  };
}

function sizeOf({ bytes, text }: SentAnswer, stores: readonly StoreProof[]): number {
  const tags = stores.flatMap((store) => store.tags).reduce((sum, tag) => sum + tag.length + 20, 0);
  return bytes.length + (text?.length ?? 0) + overhead + 2 * tags;
}

/** Objects around the bytes and the texts. */
const overhead = 1_000;
