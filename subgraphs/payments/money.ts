/**
 * Whole cents from a decimal string, never a float in between; `decimalOfCents` of the kit is the way back.
 *
 * @returns null when the text is not a plain decimal of at most two places: `1e3`, `12.345` and `` are none
 */
export function centsOfDecimal(decimal: string): bigint | null {
  const parts = /^(-?)(\d{1,15})(?:\.(\d{1,2}))?$/.exec(decimal);
  if (!parts) return null;
  const [, sign = '', whole = '', fraction = ''] = parts;
  return BigInt(`${sign}${whole}${fraction.padEnd(2, '0')}`);
}
