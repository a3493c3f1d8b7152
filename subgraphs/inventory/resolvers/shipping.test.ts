import { describe, expect, it } from 'vitest';
import { isOversized, measuresOf, shippingCents } from './shipping.js';

describe('shippingCents', () => {
  it('charges the base and one kilogram for the lightest parcel', () => {
    expect(shippingCents({ weightGrams: 0, lengthMm: 1 }, 'DOMESTIC')).toBe(450);
    expect(shippingCents({ weightGrams: 1, lengthMm: 600 }, 'DOMESTIC')).toBe(450);
  });

  it('charges a kilogram as soon as it is begun', () => {
    expect(shippingCents({ weightGrams: 1000, lengthMm: 100 }, 'EUROPE')).toBe(1040);
    expect(shippingCents({ weightGrams: 1001, lengthMm: 100 }, 'EUROPE')).toBe(1190);
  });

  it('charges 100 mm as soon as they are begun beyond the standard length', () => {
    expect(shippingCents({ weightGrams: 500, lengthMm: 600 }, 'WORLD')).toBe(1970);
    expect(shippingCents({ weightGrams: 500, lengthMm: 601 }, 'WORLD')).toBe(2320);
    expect(shippingCents({ weightGrams: 500, lengthMm: 701 }, 'WORLD')).toBe(2670);
  });
});

describe('isOversized', () => {
  it('takes either measure alone, and only beyond the limit', () => {
    expect(isOversized({ weightGrams: 2000, lengthMm: 353 })).toBe(false);
    expect(isOversized({ weightGrams: 2001, lengthMm: 1 })).toBe(true);
    expect(isOversized({ weightGrams: 1, lengthMm: 354 })).toBe(true);
  });
});

describe('measuresOf', () => {
  it('needs both measures, of which 0 is one', () => {
    expect(measuresOf({ sku: 'A', weightGrams: 0, lengthMm: 0 })).toEqual({ weightGrams: 0, lengthMm: 0 });
    expect(measuresOf({ sku: 'A', weightGrams: 5 })).toBeNull();
    expect(measuresOf({ sku: 'A', weightGrams: null, lengthMm: 5 })).toBeNull();
  });
});
