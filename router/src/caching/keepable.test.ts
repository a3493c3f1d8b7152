/** What no whole fetch shows: rules that another one covers as well, held here alone. */
import type { CacheExtension } from '@selvedge/cache';
import { expect, test } from 'vitest';
import type { CallOrigin } from '../execution/fetch-answer.js';
import { forAMinute } from '../testing/cached-subgraph.js';
import { keepableOf } from './keepable.js';

const options = { ttl: null, maxTtl: 86_400_000, staleWhileRevalidate: 0 };

function origin(extension: Partial<CacheExtension> = {}, more: Partial<CallOrigin> = {}): CallOrigin {
  return {
    extension: { cluster: null, answer: forAMinute, ...extension },
    cacheControl: undefined,
    vary: undefined,
    hasSetCookie: false,
    hasErrors: false,
    ...more,
  };
}

test('is kept for as long as its subgraph says, and for no longer than the operator lets it be', () => {
  expect(keepableOf(origin(), options)).toMatchObject({ lifetime: 60_000 });
  expect(keepableOf(origin(), { ...options, maxTtl: 5_000 })).toMatchObject({ lifetime: 5_000 });
});

test('is not kept of what wrote', () => {
  const writes = { xids: ['740'], tags: ['a:'] };
  expect(keepableOf(origin({ writes }), options)).toMatchObject({ reason: 'subgraph' });
});

test('is not kept of a call with errors', () => {
  expect(keepableOf(origin({}, { hasErrors: true }), options)).toEqual({ reason: 'error' });
});

test('what a claim has shaped is told apart by the token that it came in', () => {
  const answer = { ...forAMinute, isPrivate: true, claims: ['sub'], headers: ['x-a'] };
  expect(keepableOf(origin({ answer }), options)).toMatchObject({ names: ['authorization', 'x-a'] });
});
