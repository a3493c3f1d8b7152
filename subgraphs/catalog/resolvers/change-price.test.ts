import { describe, expect, it } from 'vitest';
import { checkAmount } from './change-price.js';

describe('checkAmount', () => {
  it.each(['0.01', '19', '19.9', '19.90', '99999999.99'])('takes %s', (amount) => {
    expect(() => {
      checkAmount(amount);
    }).not.toThrow();
  });

  it.each(['0', '0.00', '-1', '1.999', '100000000', '1.', '.5', '1e3', ''])('refuses %j', (amount) => {
    expect(() => {
      checkAmount(amount);
    }).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});
