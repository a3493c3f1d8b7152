// What it costs to send one product, from the measures that the catalogue keeps. Whole cents, grams and millimetres
// throughout: no fraction ever arises, so nothing is rounded twice.
import type { ProductRow } from '../entities/product.js';

export type ShippingZone = 'DOMESTIC' | 'EUROPE' | 'WORLD';

interface Tariff {
  /** Cents for any parcel. */
  readonly base: number;
  /** Cents for each kilogram begun. */
  readonly perKilogram: number;
  /** Cents for each 100 mm begun beyond `standardLengthMm`. */
  readonly perDecimetre: number;
}

const tariffs: Readonly<Record<ShippingZone, Tariff>> = {
  DOMESTIC: { base: 390, perKilogram: 60, perDecimetre: 50 },
  EUROPE: { base: 890, perKilogram: 150, perDecimetre: 120 },
  WORLD: { base: 1490, perKilogram: 480, perDecimetre: 350 },
};
const standardLengthMm = 600;
const letterBox = { weightGrams: 2000, lengthMm: 353 };

/** Both measures of a product, or null when one of them did not arrive. */
export function measuresOf(product: ProductRow): Measures | null {
  const { weightGrams, lengthMm } = product;
  return weightGrams == null || lengthMm == null ? null : { weightGrams, lengthMm };
}

export interface Measures {
  readonly weightGrams: number;
  /** Of the longest side. */
  readonly lengthMm: number;
}

/** @returns cents */
export function shippingCents(measures: Measures, zone: ShippingZone): number {
  const tariff = tariffs[zone];
  const kilograms = Math.max(1, Math.ceil(measures.weightGrams / 1000));
  const decimetresBeyond = Math.max(0, Math.ceil((measures.lengthMm - standardLengthMm) / 100));
  return tariff.base + kilograms * tariff.perKilogram + decimetresBeyond * tariff.perDecimetre;
}

/** Whether it is too heavy or too long for the letter-box service. */
export function isOversized(measures: Measures): boolean {
  return measures.weightGrams > letterBox.weightGrams || measures.lengthMm > letterBox.lengthMm;
}
