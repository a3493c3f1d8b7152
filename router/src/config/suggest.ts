/** Finds what a person meant by a word that is not in the vocabulary: the nearest word, if it is near enough. */
export function suggest(word: string, vocabulary: readonly string[]): string | null {
  let nearest: string | null = null;
  // A third of the letters may be wrong; more, and the suggestion would puzzle rather than help.
  let bound = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of vocabulary) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bound) [nearest, bound] = [candidate, distance];
  }
  return nearest;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substituted = at(row, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, at(row, j) + 1, at(next, j - 1) + 1));
    }
    row = next;
  }
  return at(row, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
