import fc from 'fast-check';
import { parseValue } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DateTime, Decimal, decimalOfCents } from './scalars.js';

const refused = (message: string): unknown => expect.objectContaining({ code: 'BAD_USER_INPUT', message });

describe('DateTime', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00.123456z', '2026-01-31T12:00:00.123Z'],
    ['2024-02-29T23:59:59+02:00', '2024-02-29T21:59:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(DateTime.parseValue(text).toISOString()).toBe(instant);
    expect(DateTime.parseLiteral(parseValue(JSON.stringify(text))).toISOString()).toBe(instant);
  });

  it.each([
    ...['2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z'],
    ...[
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:60:00Z',
      '2026-01-01T00:00:00',
      '2026-01-01',
      '2026-01-01 00:00:00Z',
    ],
    ...['', 'now', '+2026-01-01T00:00:00Z', '2026-01-01T00:00:00+99:99', 0, null, {}, true],
  ])('refuses %j', (value) => {
    expect(() => DateTime.parseValue(value)).toThrow(
      refused(`expected an RFC 3339 instant, like 2026-01-31T12:00:00Z, but got ${JSON.stringify(value)}`),
    );
  });

  it('gives back every instant that it has written', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(DateTime.parseValue(DateTime.serialize(date))).toEqual(date);
        },
      ),
    );
  });

  it('takes what no date is for a fault of ours, not the client’s', () => {
    expect(() => DateTime.serialize(Infinity)).toThrow(TypeError);
    expect(() => DateTime.serialize(new Date(NaN))).toThrow('expected a date but got null');
  });
});

describe('Decimal', () => {
  it.each(['0', '-0.50', '12.50', '123456789012345678901234567890.5'])('keeps every digit of %s', (text) => {
    expect(Decimal.parseValue(text)).toBe(text);
    expect(Decimal.serialize(text)).toBe(text);
    expect(Decimal.parseLiteral(parseValue(JSON.stringify(text)))).toBe(text);
  });

  it('takes a number from a document, where it is still text, and none from variables', () => {
    expect(Decimal.parseLiteral(parseValue('12.50'))).toBe('12.50');
    expect(Decimal.parseLiteral(parseValue('7'))).toBe('7');
    expect(() => Decimal.parseValue(12.5)).toThrow(
      refused('expected a decimal number in a string, like "12.50", but got 12.5'),
    );
  });

  it.each(['', '.5', '5.', '1e3', '+1', ' 1', '0x1', 'NaN', '1,5', '1'.repeat(31), '1\n'])(
    'refuses %j',
    (text) => {
      expect(() => Decimal.parseValue(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
      expect(() => Decimal.serialize(text)).toThrow(TypeError);
    },
  );

  it('repeats no more of a client’s text than helps', () => {
    expect(() => Decimal.parseValue('x'.repeat(1_000_000))).toThrow(
      refused(`expected a decimal number in a string, like "12.50", but got "${'x'.repeat(59)}…`),
    );
  });
});

describe('decimalOfCents', () => {
  it('always prints two places, also below one and below zero', () => {
    expect([0n, 5n, 99n, 100n, 123456n, -5n, -1230n].map(decimalOfCents)).toEqual([
      '0.00',
      '0.05',
      '0.99',
      '1.00',
      '1234.56',
      '-0.05',
      '-12.30',
    ]);
  });

  it('keeps every digit of what a double cannot hold', () => {
    expect(decimalOfCents(9007199254740993n)).toBe('90071992547409.93');
  });
});
