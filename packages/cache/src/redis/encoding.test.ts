import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEvidence,
  decodeField,
  decodeRecord,
  decodeState,
  encodeEvidence,
  encodeValue,
  wellFormed,
} from './encoding.js';

const decoded = (encoded: string | Buffer) =>
  decodeField(Buffer.concat([Buffer.from('12:'), Buffer.from(encoded)]));

describe('what is written in Redis', () => {
  it('values come back, compressed or not', () => {
    const short = fc.json();
    const long = fc.tuple(fc.json(), fc.nat(200)).map(([json, times]) => `[${`${json},`.repeat(times)}null]`);
    fc.assert(
      fc.property(fc.oneof(short, long), (json) => {
        expect(decoded(encodeValue(json))).toStrictEqual({ fill: '12', value: json });
      }),
    );
  });

  it('values are compressed where that saves a quarter', () => {
    expect(encodeValue(JSON.stringify('ab'.repeat(200)))).toBe(`j"${'ab'.repeat(200)}"`);
    expect(encodeValue(JSON.stringify('ab'.repeat(2000))).length).toBeLessThan(200);
    const random = JSON.stringify(Array.from({ length: 500 }, () => Math.random().toString(36)));
    expect(encodeValue(random).length).toBeLessThanOrEqual(random.length + 1);
  });

  it('what is no value is none', () => {
    for (const text of ['', '1', '1:', '1:x', 'j"1"']) expect(decodeField(Buffer.from(text))).toBeNull();
  });

  it('evidence comes back', () => {
    const text = fc.string({ minLength: 1 });
    const evidence = fc.record(
      {
        nonce: text,
        count: fc.maxSafeNat(),
        cluster: fc.option(text),
        snapshot: fc.option(text),
        tags: fc.array(fc.string({ unit: 'grapheme' })),
        fetchedAt: fc.maxSafeNat(),
        expiresAt: fc.maxSafeNat(),
        staleUntil: fc.maxSafeNat(),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(evidence, (one) => {
        expect(decodeEvidence(encodeEvidence(one))).toStrictEqual(one);
      }),
    );
  });

  it('tags are what UTF-8 can hold', () => {
    expect(wellFormed('a\ud800')).toBe('a\ufffd');
    expect(wellFormed('\ud83e\uddf5')).toBe('\ud83e\uddf5');
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
