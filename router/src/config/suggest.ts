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

/** Levenshtein's distance, with two neighbours in the wrong order as one mistake (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substituted = at(previous, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwapped ? at(beforePrevious, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(substituted, swapped, at(previous, j) + 1, at(row, j - 1) + 1));
    }
    [beforePrevious, previous] = [previous, row];
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
