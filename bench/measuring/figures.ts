// What every benchmark makes of its turns.

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 0
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
}

/** Within each round, how many times the yardstick's figure: what the machine did meanwhile hit both alike. */
export function ratios<Turn>(
  turns: readonly Turn[],
  yardstick: readonly Turn[],
  of: (turn: Turn) => number,
): number[] {
  return turns.flatMap((turn, round) => {
    const other = yardstick[round];
    return other === undefined ? [] : [of(turn) / of(other)];
  });
}

/** Of values that are sorted upwards. */
export function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
}

/** One line on a terminal, overwritten by the next; nothing elsewhere. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
