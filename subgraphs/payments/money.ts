// Money between its two forms: whole cents as a bigint, which is what is stored and counted, and a decimal string with
// two places, which is what the schema's `Decimal` carries. Never a float in between.

/** @returns for example `12.30` for 1230n */
export function decimalOfCents(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** @returns null when the text is not a plain decimal of at most two places: `1e3`, `12.345` and `` are none */
export function centsOfDecimal(decimal: string): bigint | null {
  const parts = /^(-?)(\d{1,15})(?:\.(\d{1,2}))?$/.exec(decimal);
  if (!parts) return null;
  const [, sign = '', whole = '', fraction = ''] = parts;
  return BigInt(`${sign}${whole}${fraction.padEnd(2, '0')}`);
}
