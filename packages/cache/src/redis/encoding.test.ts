import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../contract.js';
import { decodeEntry, decodeRecord, decodeState, encodeFill, storedTag } from './encoding.js';

const text = fc.string({ unit: 'grapheme' });
const evidences = fc.record(
  {
    nonce: fc.stringMatching(/^[\w-]{1,16}$/),
    count: fc.maxSafeNat(),
    cluster: fc.option(text),
    snapshot: fc.option(text),
    tags: fc.array(text.filter((tag) => tag !== '' && !tag.includes('\n'))),
    fetchedAt: fc.maxSafeNat(),
    expiresAt: fc.maxSafeNat(),
    staleUntil: fc.maxSafeNat(),
  },
  { noNullPrototype: true },
);
const long = fc.tuple(fc.json(), fc.nat(200)).map(([json, times]) => `[${`${json},`.repeat(times)}null]`);
const values = fc.oneof(fc.json(), fc.json({ stringUnit: 'grapheme' }), long);
const fills = fc.record({
  evidence: evidences,
  fields: fc.uniqueArray(fc.tuple(text, values), { selector: ([name]) => name }),
});

const entryOf = (texts: readonly (string | Buffer)[]) =>
  Buffer.concat([Buffer.from(`${texts.length} `), ...texts.map((one) => Buffer.from(one))]);

const evidence: Evidence = {
  nonce: 'n',
  count: 1,
  cluster: null,
  snapshot: null,
  tags: [],
  fetchedAt: 1,
  expiresAt: 2,
  staleUntil: 3,
};

describe('what is written in Redis', () => {
  it('entries come back, of the newest fill that has a field', () => {
    fc.assert(
      fc.property(fc.array(fills, { minLength: 1, maxLength: 4 }), text, (several, other) => {
        const entry = entryOf(several.map((one) => encodeFill(new Map(one.fields), one.evidence).text));
        const names = [...new Set([...several.flatMap(({ fields }) => fields.map(([name]) => name)), other])];
        const expected = names.map((name) => {
          const fill = several.find(({ fields }) => fields.some(([one]) => one === name));
          const value = fill?.fields.find(([one]) => one === name)?.[1];
          return fill === undefined || value === undefined ? null : { value, evidence: fill.evidence };
        });
        expect(decodeEntry(entry, names)).toStrictEqual(expected);
      }),
    );
  });

  it('values are compressed where that saves a quarter', () => {
    const of = (value: string) => Buffer.from(encodeFill(new Map([['f', value]]), evidence).text).length;
    const none = of('');
    expect(of(JSON.stringify('ab'.repeat(200)))).toBeGreaterThan(400);
    expect(of(JSON.stringify('ab'.repeat(2000)))).toBeLessThan(none + 200);
    const random = JSON.stringify(Array.from({ length: 500 }, () => Math.random().toString(36)));
    expect(of(random)).toBeLessThanOrEqual(none + random.length + 10);
  });

  it('tags are lines of what UTF-8 can hold', () => {
    expect(storedTag('a\ud800')).toBe('a\ufffd');
    expect(storedTag('a\nb')).toBe('a\ufffdb');
    expect(storedTag('\ud83e\uddf5')).toBe('\ud83e\uddf5');
  });

  it('records are read', () => {
    expect(decodeRecord(null, 1)).toBeNull();
    expect(decodeRecord('n|3|', 1)).toStrictEqual({ nonce: 'n', born: 3, xids: [] });
    expect(decodeRecord('n|3|4:999,6:1000,7:18446744073709551615', 4)).toStrictEqual({
      nonce: 'n',
      born: 3,
      xids: ['1000', '18446744073709551615'],
    });
    expect(decodeState(['n', 4, 2, '', 1])).toStrictEqual({
      nonce: 'n',
      count: 4,
      since: 2,
      cluster: null,
      isBypassed: true,
    });
  });
});
