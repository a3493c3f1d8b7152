/**
 * A field of an entry as the backend has it: its canonical data, as JSON. What its subgraph said of the answer besides the
 * evidence is mostly nothing, and is written around the data only where it is something, after a space.
 */
export function storedText(value: unknown, isPrivate: boolean, staleness: number): string {
  if (!isPrivate && staleness === 0) return JSON.stringify(value);
  return ` ${JSON.stringify([value, isPrivate, staleness])}`;
}

export interface ReadValue {
  /** Canonical. */
  readonly value: unknown;
  readonly isPrivate: boolean;
  readonly staleness: number;
}

/** @param json of the text, parsed */
export function readStored(text: string, json: unknown): ReadValue {
  if (!text.startsWith(' ')) return { value: json, isPrivate: false, staleness: 0 };
  const [value, isPrivate, staleness] = json as [unknown, boolean, number];
  return { value, isPrivate, staleness };
}
