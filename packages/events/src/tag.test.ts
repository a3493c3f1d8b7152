import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listTagOf, tagOf, wholeStoreTag } from './tag.js';

describe('a tag', () => {
  it('names rows by values of theirs, in the order of the columns’ names', () => {
    expect(tagOf('reviews', { id: '7' })).toBe('reviews:id=7');
    expect(tagOf('order_lines', { sku: 'A', order_id: '1' })).toBe('order_lines:order_id=1&sku=A');
    expect(tagOf('reviews', {})).toBe('reviews:');
    expect(listTagOf('reviews', { product_id: '3' })).toBe('reviews[product_id=3]');
    expect(listTagOf('reviews', {})).toBe('reviews[]');
  });

  it('escapes what has a meaning, and leaves the rest as it is', () => {
    expect(tagOf('t', { c: 'a&b=c%d~e]f\\g\u0001\u007f\u0085' })).toBe(
      't:c=a%26b%3Dc%25d%7Ee%5Df%5Cg%01%7F%85',
    );
    expect(tagOf('t', { c: 'ünï :[#@* 🧵' })).toBe('t:c=ünï :[#@* 🧵');
    expect(tagOf('audit.a:b[c', { 'd e&': '' })).toBe('audit.a%3Ab%5Bc:d e%26=');
  });

  it('has a long value by its hash, counted in characters', () => {
    expect(tagOf('t', { c: '🧵'.repeat(120) })).toBe(`t:c=${'🧵'.repeat(120)}`);
    expect(tagOf('t', { c: 'x'.repeat(121) })).toBe('t:c=md5~e8bb0ccd83750100b37f4831cd5d7ee2');
  });

  it('is another for other tables, columns, values and kinds', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab&=%~]\\[:*#@\u0001ü')), maxLength: 6 });
    const parts = fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true });
    const spec = fc.record({ table: text, parts, isList: fc.boolean() });
    const made = ({
      table,
      parts: values,
      isList,
    }: {
      table: string;
      parts: Record<string, string>;
      isList: boolean;
    }) => (isList ? listTagOf(table, values) : tagOf(table, values));
    const canonical = (value: { table: string; parts: Record<string, string>; isList: boolean }) =>
      JSON.stringify([
        value.table,
        value.isList,
        Object.entries(value.parts).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ]);
    fc.assert(
      fc.property(spec, spec, (left, right) => {
        expect(made(left) === made(right)).toBe(canonical(left) === canonical(right));
        expect(made(left)).not.toBe(wholeStoreTag);
        expect(made(left)).not.toMatch(/^[#@*]/);
      }),
      { numRuns: 2_000 },
    );
  });
});
