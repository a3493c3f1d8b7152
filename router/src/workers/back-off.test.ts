import { expect, test } from 'vitest';
import { BackOff } from './back-off.js';

test('none for the first, then longer and longer up to a bound; a worker that served long enough begins anew', () => {
  const backOff = new BackOff({ first: 200, longest: 1_000, steady: 10_000 });
  expect([0, 0, 5, 9_999, 0, 0].map((served) => backOff.failed(served))).toEqual([
    0, 200, 400, 800, 1_000, 1_000,
  ]);
  expect(backOff.failures).toBe(6);
  expect(backOff.failed(10_000)).toBe(0);
  expect(backOff.failures).toBe(1);
  expect(backOff.failed(0)).toBe(200);
});
