import { expect, test } from 'vitest';
import { pathAfter } from './rewrites.js';

const rename = (path: string[], renameKeyTo: string) => ({ kind: 'KeyRenamer', path, renameKeyTo }) as const;

test('a path by the keys that were asked for is one by the keys that are given back', () => {
  const rewrites = [rename(['media', '... on Song', 'size__alias_0'], 'size')];
  expect(pathAfter(rewrites, ['media', 2, 'size__alias_0'])).toEqual(['media', 2, 'size']);
  expect(pathAfter(rewrites, ['media', 2, 'size__alias_0', 0, 'n'])).toEqual(['media', 2, 'size', 0, 'n']);
});

test('a path elsewhere stays', () => {
  const rewrites = [rename(['media', 'size__alias_0'], 'size')];
  expect(pathAfter(rewrites, ['other', 'size__alias_0'])).toEqual(['other', 'size__alias_0']);
  expect(pathAfter(rewrites, ['media', 2])).toEqual(['media', 2]);
});
