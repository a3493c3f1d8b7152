import { describe, expect, it } from 'vitest';
import { patternOf } from './search.js';

describe('patternOf', () => {
  it('matches what contains the text', () => {
    expect(patternOf(' lamp ')).toBe('%lamp%');
  });

  it('takes the characters of LIKE literally', () => {
    expect(patternOf('50%_\\')).toBe('%50\\%\\_\\\\%');
  });

  it.each([
    ['', 'expected a text of 1 to 100 characters but got 0'],
    ['  ', 'expected a text of 1 to 100 characters but got 0'],
    ['x'.repeat(101), 'expected a text of 1 to 100 characters but got 101'],
    ['a\u0000', 'expected a text of 1 to 100 characters but got one with NUL'],
  ])('refuses %j', (text, message) => {
    expect(() => patternOf(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', message }));
  });
});
