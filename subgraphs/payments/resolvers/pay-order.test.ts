import { describe, expect, it } from 'vitest';
import { payableCents } from './pay-order.js';

describe('payableCents', () => {
  it('takes from one cent to a million', () => {
    expect(['0.01', '19.9', '1000000.00'].map(payableCents)).toEqual([1n, 1990n, 100_000_000n]);
  });

  it('refuses nothing, less than nothing, too much and fractions of a cent, and says what it got', () => {
    for (const amount of ['0', '0.00', '-1', '1000000.01', '0.005']) {
      expect(() => payableCents(amount), amount).toThrow(
        expect.objectContaining({
          code: 'BAD_USER_INPUT',
          message: expect.stringContaining(`"${amount}"`) as string,
        }),
      );
    }
  });
});
