import { describe, expect, it } from 'vitest';
import { checkLines } from './place-order.js';

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ sku: `SKU-${index}`, quantity: 1 }));

describe('checkLines', () => {
  it('takes 1 to 50 lines', () => {
    expect(() => {
      checkLines(lines(1));
    }).not.toThrow();
    expect(() => {
      checkLines(lines(50));
    }).not.toThrow();
    expect(() => {
      checkLines([]);
    }).toThrow('expected 1 to 50 lines but got 0');
    expect(() => {
      checkLines(lines(51));
    }).toThrow('expected 1 to 50 lines but got 51');
  });

  it('takes quantities from 1 to 999, and names the line that has another', () => {
    for (const quantity of [1, 999])
      expect(() => {
        checkLines([{ sku: 'A', quantity }]);
      }).not.toThrow();
    for (const quantity of [0, -1, 1000]) {
      expect(() => {
        checkLines([...lines(2), { sku: 'A', quantity }]);
      }).toThrow(`expected a quantity of 1 to 999 for "A" but got ${quantity}`);
    }
  });

  it('takes a product once', () => {
    expect(() => {
      checkLines([...lines(2), { sku: 'SKU-0', quantity: 2 }]);
    }).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining('"SKU-0"') as string,
      }),
    );
  });
});
