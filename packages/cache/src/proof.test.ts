import { describe, expect, it } from 'vitest';
import type { Evidence, StoreState, TagRecord } from './contract.js';
import { doubtOf, isProven, lifeOf } from './proof.js';

const state: StoreState = { nonce: 'n', count: 9, since: 3, cluster: '7/1', isBypassed: false };
const evidence: Evidence = {
  nonce: 'n',
  count: 5,
  cluster: '7/1',
  snapshot: '998:1003:1000',
  tags: ['a'],
  fetchedAt: 0,
  expiresAt: 100,
  staleUntil: 200,
};
const record: TagRecord = { nonce: 'n', born: 5, xids: ['999', '1002'] };

const doubt = (
  changed: Partial<Evidence>,
  ofState: Partial<StoreState> = {},
  ofRecord: Partial<TagRecord> | null = {},
  now = 99,
) =>
  doubtOf(
    { ...evidence, ...changed },
    { ...state, ...ofState },
    new Map([['a', ofRecord === null ? null : { ...record, ...ofRecord }]]),
    now,
  );

describe('an entry', () => {
  it('is proven where all holds', () => {
    expect(doubt({})).toBeNull();
    expect(isProven(evidence, state, new Map([['a', record]]), 99)).toBe(true);
    expect(isProven(evidence, state, new Map(), 99)).toBe(false);
  });

  it('is a miss where one thing does not', () => {
    expect(doubt({}, { isBypassed: true })).toBe('the outcome of a write is unknown');
    expect(doubt({}, { nonce: 'm' })).toBe('the store was lost');
    expect(doubt({ count: 10 })).toBe('the store was lost');
    expect(doubt({}, { since: 6 })).toBe('the store was invalidated');
    expect(doubt({}, { cluster: '7/2' })).toBe('another database cluster');
    expect(doubt({}, { cluster: null })).toBe('another database cluster');
    expect(doubt({ cluster: null })).toBe('another database cluster');
    expect(doubt({}, {}, null)).toBe('the tag a was lost');
    expect(doubt({}, {}, { nonce: 'm' })).toBe('the tag a was lost');
    expect(doubt({ tags: ['a', 'b'] })).toBe('the tag b was lost');
    expect(doubt({}, {}, { born: 6 })).toBe('the tag a was invalidated');
    expect(doubt({}, {}, { xids: ['999', '1000'] })).toBe('the tag a was invalidated');
    expect(doubt({}, {}, { xids: ['1003'] })).toBe('the tag a was invalidated');
    expect(doubt({ snapshot: null })).toBe('the tag a was invalidated');
    expect(doubt({ snapshot: 'what?' })).toBe('the tag a was invalidated');
    expect(doubt({}, {}, {}, 200)).toBe('expired');
  });

  it('needs no tags where nothing was invalidated since its fetch was sent', () => {
    expect(doubt({ count: 9 }, {}, null)).toBeNull();
    expect(doubt({ count: 9 }, { nonce: 'm' }, null)).toBe('the store was lost');
    expect(doubt({ count: 9 }, { since: 10, count: 10 }, null)).toBe('the store was invalidated');
    expect(doubt({ count: 9 }, {}, null, 200)).toBe('expired');
  });

  it('without a snapshot is protected by counts alone', () => {
    expect(doubt({ snapshot: null }, {}, { xids: [] })).toBeNull();
    expect(doubt({ snapshot: null }, {}, { xids: [], born: 6 })).toBe('the tag a was invalidated');
  });

  it('is fresh, then stale, then over', () => {
    expect([99, 100, 199, 200].map((now) => lifeOf(evidence, now))).toEqual([
      'fresh',
      'stale',
      'stale',
      'over',
    ]);
  });
});
