import { expect, test } from 'vitest';
import { readCacheExtension } from './read-extension.js';

const answer = {
  maxAge: 1,
  isPrivate: false,
  staleness: 0,
  snapshot: '1:1:',
  tags: ['a:'],
  entityTags: [['a:id=1']],
  headers: [],
  claims: [],
  refusal: null,
};
const writes = { xids: ['18446744073709551615'], tags: ['a:'] };
const everything = { xids: [], tags: ['*'] };

test('is read as it is', () => {
  expect(readCacheExtension(undefined)).toBeNull();
  expect(readCacheExtension({ cluster: '1/1', answer, writes })).toEqual({ cluster: '1/1', answer, writes });
});

test.for([
  { ...answer, maxAge: -1 },
  { ...answer, maxAge: '1' },
  { ...answer, tags: 'a:' },
  { ...answer, entityTags: ['a:id=1'] },
  { ...answer, headers: undefined },
  { ...answer, snapshot: 1 },
  [],
  'answer',
])('an answer that is not as agreed is not kept: %j', (bad) => {
  expect(readCacheExtension({ cluster: null, answer: bad, writes })).toEqual({ cluster: null, writes });
});

test.for([{ xids: [1], tags: [] }, { xids: ['x'], tags: [] }, { xids: [] }, [], true])(
  'writes that are not as agreed have changed everything: %j',
  (bad) => {
    expect(readCacheExtension({ cluster: '1/1', writes: bad })).toEqual({
      cluster: '1/1',
      writes: everything,
    });
  },
);

test('without a cluster that can be read nothing is kept, and what was written is known all the same', () => {
  expect(readCacheExtension({ cluster: 1, answer, writes })).toEqual({ cluster: null, writes });
  expect(readCacheExtension('extension')).toEqual({ cluster: null, writes: everything });
});
