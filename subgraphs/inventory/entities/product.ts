/**
 * A product as this service meets it: no table, only the representation that the router sends. The measures come from
 * the catalogue, and only with the fields that require them.
 */
export interface ProductRow {
  readonly sku: string;
  /** Grams. */
  readonly weightGrams?: number | null;
  /** Millimetres of the longest side. */
  readonly lengthMm?: number | null;
}
