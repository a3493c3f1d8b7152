import { describe, expect, it } from 'vitest';
import { centsOfDecimal } from './money.js';

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
