/**
 * Whether a kept answer may be served to a request that has just arrived: the one place where that is decided. All that is
 * asked of the backend is asked now, so that nothing that was known before the request came counts.
 */
import { doubtOf, type CacheBackend, type Doubt, type StoreState } from '@selvedge/cache';
import type { KeptAnswer, StoreProof } from './kept-answer.js';

/** @returns the first doubt; `null`: none. @throws CacheUnavailable */
export async function doubtOfKept(
  { stores }: Pick<KeptAnswer, 'stores'>,
  backend: Pick<CacheBackend, 'states' | 'records'>,
  now: number,
): Promise<Doubt | null> {
  const states = await backend.states(stores.map(({ store }) => store));
  const moved = stores.filter((proof, index) => !isUnmoved(proof, states[index]));
  if (moved.length === 0) return null;
  const doubts = await Promise.all(moved.map((proof) => proveAnew(proof, backend, now)));
  return doubts.find((doubt) => doubt !== null) ?? null;
}

/** Nothing was invalidated since it was last proven, so that it still is. */
function isUnmoved({ provenUnder }: StoreProof, state: StoreState | undefined): boolean {
  if (state === undefined || state.isBypassed || provenUnder === null) return false;
  return provenUnder.count === state.count && provenUnder.nonce === state.nonce;
}

async function proveAnew(
  proof: StoreProof,
  backend: Pick<CacheBackend, 'records'>,
  now: number,
): Promise<Doubt | null> {
  const { state, records } = await backend.records(proof.store, proof.tags);
  for (const evidence of proof.evidence) {
    const doubt = doubtOf(evidence, state, records, now);
    if (doubt !== null) return doubt;
  }
  proof.provenUnder = { nonce: state.nonce, count: state.count };
  return null;
}
