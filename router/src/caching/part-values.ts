/** The values of one part that were read and may be served, some of them of the same field; what is taken says what proves it. */
import type { StoredField } from '@selvedge/cache';
import type { PartProof } from '../execution/fetch-answer.js';
import { fromCanonical, lacking } from './canonical-data.js';
import { readStored } from './stored-value.js';
import type { WantedField } from './wanted.js';

export interface ProvenField {
  readonly stored: StoredField;
  /** Among the names of the part's kind. */
  readonly place: number;
  /** With other selections. */
  readonly others: readonly StoredField[];
}

export class PartValues {
  /** Of what was taken. */
  readonly proofs: PartProof[] = [];
  /** Of the text. */
  readonly size: number;
  private readonly byPlace: ProvenField[] = [];
  private readonly first: unknown[] = [];

  constructor(
    private readonly subgraph: string,
    private readonly names: readonly string[],
    there: readonly ProvenField[],
  ) {
    let size = 0;
    const parsed = JSON.parse(`[${there.map(({ stored }) => stored.value).join(',')}]`) as unknown[];
    for (const [index, field] of there.entries()) {
      this.byPlace[field.place] = field;
      this.first[field.place] = parsed[index];
      size += field.stored.value.length;
    }
    this.size = size;
  }

  /** @returns undefined: there is none */
  at(place: number): unknown {
    const field = this.byPlace[place];
    return field && this.taken(field.stored, this.first[place], null);
  }

  /** As the fetch would bring it, from the first that has all. */
  of(field: WantedField, place: number): unknown {
    const there = this.byPlace[place];
    if (there === undefined) return lacking;
    const value = this.taken(there.stored, this.first[place], field);
    if (value !== lacking) return value;
    for (const other of there.others) {
      const wider = this.taken(other, JSON.parse(other.value), field);
      if (wider !== lacking) return wider;
    }
    return lacking;
  }

  private taken({ value: text, evidence }: StoredField, json: unknown, field: WantedField | null): unknown {
    const { value, isPrivate, staleness } = readStored(text, json);
    const taken = field === null ? value : fromCanonical(value, field);
    if (taken === lacking || this.proofs.some((proof) => proof.evidence === evidence)) return taken;
    const maxAge = Math.floor((evidence.expiresAt - evidence.fetchedAt) / 1_000);
    const { subgraph, names } = this;
    this.proofs.push({ subgraph, evidence, names, isPrivate, maxAge, staleness });
    return taken;
  }
}
