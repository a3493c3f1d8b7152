// Caches that are not ours: the router as it is, but for one function. Each is a way to build a response cache that is in use
// or was nearly taken, and the checker has to catch each.

/** `search` is in the file once. */
export interface Edit {
  readonly file: string;
  readonly search: string;
  readonly replacement: string;
}

export interface Variant {
  readonly id: string;
  readonly what: string;
  readonly edits: readonly Edit[];
  /** By which it is found out. */
  readonly faults: readonly string[];
}

export const variants: readonly Variant[] = [];

/** @throws for one that there is not */
export function variantNamed(id: string): Variant {
  const variant = variants.find((each) => each.id === id);
  if (variant !== undefined) return variant;
  throw new Error(`expected one of ${variants.map((each) => each.id).join(', ')} but got ${id}`);
}
