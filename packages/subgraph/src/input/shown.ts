/** A value from outside as an error message may repeat it: as JSON, cut off where it gets long. */
export function shown(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  // JSON.stringify says undefined of undefined, functions and symbols, whatever its type says.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const longest = 60;
