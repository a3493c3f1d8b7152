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
}

export const variants: readonly Variant[] = [];
