/**
 * Surrogate keys: the tags of an answer in a header for the CDN in front, so that what is written can be purged there by the
 * names that the router itself goes by. A key names a subgraph, and is its name where it stands for everything of it.
 */
import type { AnsweredFetch } from './stages.js';

export interface SurrogateKeys {
  readonly header: string;
  readonly value: string;
}

/** Proxies refuse answers whose headers do not fit into a buffer of mostly 4 or 8 KB. */
const maxLength = 3_000;

/**
 * @param header `undefined`: the operator wants none
 * @returns 'too long' where not every tag has its place: a purge would miss the answer, so no CDN must keep it. `null`: none
 */
export function surrogateKeysOf(
  fetches: readonly AnsweredFetch[],
  header: string | undefined,
): SurrogateKeys | 'too long' | null {
  if (header === undefined) return null;
  const keys = new Set(fetches.map(({ subgraph }) => escaped(subgraph)));
  for (const { answer } of fetches) {
    for (const { subgraph, evidence } of answer.proofs ?? []) {
      for (const tag of evidence.tags) keys.add(`${escaped(subgraph)}/${escaped(tag)}`);
    }
  }
  const value = [...keys].sort().join(' ');
  return value.length > maxLength ? 'too long' : { header, value };
}

/** Keys are separated by spaces, and a header has ASCII only; what a tag has escaped already stays as it is. */
function escaped(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, (other) =>
    Buffer.from(other)
      .toString('hex')
      .replace(/../g, (byte) => `%${byte.toUpperCase()}`),
  );
}
