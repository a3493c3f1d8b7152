/** A field of an entry as the backend has it: its canonical data with what its subgraph said of the answer besides the evidence. */
import type { StoredField } from '@selvedge/cache';
import type { PartProof } from '../execution/fetch-answer.js';

export interface FoundField {
  /** Canonical. */
  readonly value: unknown;
  readonly proof: PartProof;
  /** Of its text. */
  readonly size: number;
}

export function storedText(value: unknown, isPrivate: boolean, staleness: number): string {
  return JSON.stringify([value, isPrivate ? 1 : 0, staleness]);
}

export function readStored(
  subgraph: string,
  names: readonly string[],
  { value, evidence }: StoredField,
): FoundField {
  const [data, isPrivate, staleness] = JSON.parse(value) as [unknown, number, number];
  const maxAge = Math.floor((evidence.expiresAt - evidence.fetchedAt) / 1_000);
  const proof = { subgraph, evidence, names, isPrivate: isPrivate === 1, maxAge, staleness };
  return { value: data, proof, size: value.length };
}
