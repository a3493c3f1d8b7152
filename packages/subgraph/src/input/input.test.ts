// Against PostgreSQL, whose idea of a length, of a uuid and of a pattern counts.
import fc from 'fast-check';
import { createTestStore, type TestStore } from '@selvedge/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../store/statement.js';
import { Store } from '../store/store.js';
import { isBigintIdentity, isUuid } from './identity.js';
import { shown } from './shown.js';
import { containing, optionalText, requiredText } from './text.js';

let testStore: TestStore;
let store: Store;
beforeAll(async () => {
  testStore = await createTestStore();
  store = new Store({ url: testStore.url, entities: [], migrations: [] });
});
afterAll(async () => {
  await store.close();
  await testStore.drop();
});

/** The value of a SQL expression, or the error. */
async function sql(expression: string, ...values: unknown[]): Promise<unknown> {
  const [row] = await store.query(statement(`SELECT ${expression} AS value`), values);
  return row?.['value'];
}

const text = fc.string({
  unit: fc.constantFrom('a', ' ', '\n', '%', '_', '\\', 'ß', '🧵', 'é', '\t'),
  maxLength: 8,
});

describe('requiredText', () => {
  it('gives the text without the blanks around it', () => {
    expect(requiredText('title', ' Very good\n', 120)).toBe('Very good');
  });

  it('counts as PostgreSQL does', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 6 }), async (value, longest) => {
        const length = Number(await sql('char_length($1)', value.trim()));
        const take = (): string => requiredText('title', value, longest);
        if (length >= 1 && length <= longest) expect(take()).toBe(value.trim());
        else
          expect(take).toThrow(
            expect.objectContaining({
              code: 'BAD_USER_INPUT',
              message: `expected a title of 1 to ${longest} characters but got ${length}`,
            }),
          );
      }),
      { numRuns: 60 },
    );
  });

  it.each([null, undefined, '', ' \n '])('misses %j', (value) => {
    expect(() => requiredText('name', value, 80)).toThrow('expected a name of 1 to 80 characters but got 0');
  });

  it('refuses NUL, which no column holds', () => {
    expect(() => requiredText('body', 'a\u0000b', 80)).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        message: 'expected a body without NUL but got one with it',
      }),
    );
  });
});

describe('optionalText', () => {
  it('gives the text, or null for one that is missing or blank', () => {
    expect([' Cooks. ', null, undefined, '', ' \n '].map((value) => optionalText('bio', value, 10))).toEqual([
      'Cooks.',
      null,
      null,
      null,
      null,
    ]);
  });

  it('refuses one that is too long, or has NUL in it', () => {
    expect(optionalText('bio', '🧵'.repeat(10), 10)).toBe('🧵'.repeat(10));
    expect(() => optionalText('bio', '🧵'.repeat(11), 10)).toThrow(
      'expected a bio of at most 10 characters but got 11',
    );
    expect(() => optionalText('bio', '\u0000', 10)).toThrow('expected a bio without NUL but got one with it');
  });
});

it('containing matches what contains the text, letter by letter', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (part, whole) => {
      expect(await sql('$1 LIKE $2', whole, containing(part))).toBe(whole.includes(part));
      expect(await sql('$1 LIKE $2', `${whole}${part}${whole}`, containing(part))).toBe(true);
    }),
    { numRuns: 80 },
  );
});

const id = '01234567-89ab-4cde-8f01-23456789abcd';
it.each([
  [
    'uuid',
    isUuid,
    [id, id.toUpperCase()],
    ['', 'x', `${id}0`, `{${id}}`, id.replaceAll('-', ''), `${id}\n`, "'"],
  ],
  [
    'bigint',
    isBigintIdentity,
    ['1', '1001', '9223372036854775807'],
    ['', '0', '-1', '007', '1.0', '1e3', ' 1', '1\n', '9223372036854775808', '99999999999999999999', 'NaN'],
  ],
])('an identity of type %s', async (type, is, good, bad) => {
  for (const value of good) {
    expect(is(value), value).toBe(true);
    expect(String(await sql(`$1::${type}`, value))).toBe(value.toLowerCase());
  }
  for (const value of bad) expect(is(value), value).toBe(false);
});

it.each<[unknown, string]>([
  ['a"b', '"a\\"b"'],
  [undefined, 'nothing'],
  [Symbol('x'), 'nothing'],
  [2n ** 70n, '1180591620717411303424'],
  [{ a: [1] }, '{"a":[1]}'],
  ['x'.repeat(99), `"${'x'.repeat(59)}…`],
])('shows %o', (value, expected) => {
  expect(shown(value)).toBe(expected);
});
