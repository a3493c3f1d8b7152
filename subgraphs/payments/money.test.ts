import { describe, expect, it } from 'vitest';
import { centsOfDecimal, decimalOfCents } from './money.js';

describe('decimalOfCents', () => {
  it('always prints two places, also below one and below zero', () => {
    expect([0n, 5n, 99n, 100n, 123456n].map(decimalOfCents)).toEqual([
      '0.00',
      '0.05',
      '0.99',
      '1.00',
      '1234.56',
    ]);
    expect([-5n, -1230n].map(decimalOfCents)).toEqual(['-0.05', '-12.30']);
  });

  it('keeps every digit of what a double cannot hold', () => {
    expect(decimalOfCents(9007199254740993n)).toBe('90071992547409.93');
  });
});

describe('centsOfDecimal', () => {
  it('reads none, one and two places', () => {
    expect(['7', '7.5', '7.05', '0.10', '-0.05'].map(centsOfDecimal)).toEqual([700n, 750n, 705n, 10n, -5n]);
  });

  it('does not go through a float', () => {
    expect(centsOfDecimal('1.15')).toBe(115n);
    expect(centsOfDecimal('90071992547409.93')).toBe(9007199254740993n);
  });

  it('refuses all else', () => {
    for (const text of ['', '.', '1.', '.5', '1.234', '1e3', '+1', ' 1', '0x10', 'NaN', '1'.repeat(16)]) {
      expect(centsOfDecimal(text), text).toBeNull();
    }
  });
});
