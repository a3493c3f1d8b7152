// Money leaves as a decimal string with two places, which is what the schema's `Decimal` carries; here it is kept and
// counted in whole cents. Never a float in between.

/** @returns for example `12.30` for 1230n */
export function decimalOfCents(cents: bigint): string {
  const digits = cents.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
