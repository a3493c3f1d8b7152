import { describe, expect, it } from 'vitest';
import { validReview } from './add-review.js';

const review = {
  productId: 'afdd7a3e-f9ce-5bbd-9f03-ae8328543320',
  rating: 4,
  title: 'Very good',
  body: 'The strap does not cut into the shoulder.',
};

describe('validReview', () => {
  it('trims the texts and leaves the rest', () => {
    expect(validReview({ ...review, title: ' Very good\n' })).toEqual(review);
  });

  it('takes what is just within the bounds', () => {
    for (const rating of [1, 5]) expect(validReview({ ...review, rating }).rating).toBe(rating);
    expect(validReview({ ...review, title: '🧵'.repeat(120) }).title).toHaveLength(240);
  });

  it.each([
    [{ rating: 0 }, 'expected a rating of 1 to 5 but got 0'],
    [{ rating: 6 }, 'expected a rating of 1 to 5 but got 6'],
    [{ productId: '42' }, 'expected the id of a product but got "42"'],
    [{ title: '  ' }, 'expected a title of 1 to 120 characters but got 0'],
    [{ title: 'x'.repeat(121) }, 'expected a title of 1 to 120 characters but got 121'],
    [{ body: '' }, 'expected a body of 1 to 5000 characters but got 0'],
    [{ body: 'a\u0000b' }, 'expected a body without NUL but got one with it'],
  ])('refuses %j', (change, message) => {
    expect(() => validReview({ ...review, ...change })).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', message }),
    );
  });
});
