import { describe, expect, test } from 'vitest';
import { hashOf } from '../pipeline/answer-hash.js';
import { entityTag, isMatched } from './entity-tag.js';

describe('If-None-Match', () => {
  test.each([
    ['the tag', '"a"', true],
    ['another', '"b"', false],
    ['a weak one', 'W/"a"', true],
    ['a list', '"b", W/"c", "a"', true],
    ['a list without spaces', '"b","a"', true],
    ['a list without it', '"b", "c"', false],
    ['anything', '*', true],
    ['anything, with spaces', ' * ', true],
    ['a comma within a tag', '"b,"a"', false],
    ['part of another', '"aa"', false],
    ['no quotes', 'a', false],
    ['an asterisk in quotes', '"*"', false],
    ['a weak sign in the wrong case', 'w/"b"', false],
    ['nothing', '', false],
    ['no header', undefined, false],
  ])('%s', (_, header, expected) => {
    expect(isMatched(header, '"a"')).toBe(expected);
  });

  test('takes time in proportion to its length', () => {
    expect(isMatched('"'.repeat(16_000), '"a"')).toBe(false);
    expect(isMatched(`"${'a'.repeat(16_000)}`, '"a"')).toBe(false);
  });
});

test('a tag names bytes and their coding', () => {
  const hash = hashOf(Buffer.from('{"data":{"a":1}}'));
  expect(hash).toMatch(/^[\w-]{27}$/);
  expect(hashOf(Buffer.from('{"data":{"a":1}}'))).toBe(hash);
  expect(hashOf(Buffer.from('{"data":{"a":2}}'))).not.toBe(hash);
  expect(entityTag(hash, null)).toBe(`"${hash}"`);
  expect(entityTag(hash, 'gzip')).toBe(`"${hash}-gzip"`);
});
