// Keys against PostgreSQL itself: whatever a client sends is either refused before it is sent, or found again under the
// identity that PostgreSQL's own printing has.
import fc from 'fast-check';
import { createTestStore, type TestStore } from '@selvedge/testkit';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Loaders } from '../loaders.js';
import { insertRows } from '../store/seed.js';
import { statement } from '../store/statement.js';
import { Store } from '../store/store.js';
import { keyCodec } from './key.js';
import { findBy, findOneBy } from './read.js';

@Entity('things')
class Thing {
  @PrimaryColumn('text') label!: string;
  @PrimaryColumn('integer') place!: number;
  @Column({ type: 'uuid' }) id!: string;
  @Column({ type: 'smallint' }) small!: number;
  @Column({ type: 'bigint' }) big!: string;
  @Column({ type: 'varchar', length: 200 }) name!: string;
  @Column({ type: 'numeric' }) price!: string;
  @Column({ type: 'text', transformer: { from: String, to: String } }) changed!: string;
}

let testStore: TestStore;
let store: Store;
beforeAll(async () => {
  testStore = await createTestStore();
  store = new Store({ url: testStore.url, entities: [Thing], migrations: [] });
  await store.open();
  await store.transaction((manager) =>
    manager.query(`CREATE TABLE things (label text, place integer, id uuid NOT NULL, small smallint NOT NULL,
      big bigint NOT NULL, name varchar(200) NOT NULL, price numeric NOT NULL, changed text NOT NULL, PRIMARY KEY (label, place))`),
  );
});
afterAll(async () => {
  await store.close();
  await testStore.drop();
});

const id = '01234567-89ab-4cde-8f01-23456789abcd';

/** Texts that are special to array literals, to JSON, to SQL or to UTF-8. */
const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', ',', "'", ' ', '\n', '\u0000', '%', 'ß', '🧵', '\ud800'),
    maxLength: 8,
  }),
  fc.constantFrom('NULL', 'null', '', '{}', '"', '\\', "'; DROP TABLE things; --", '$1', '\\N', 'a","b'),
);
const oddNumber = fc.oneof(
  fc.integer(),
  fc.integer({ min: -40_000, max: 40_000 }),
  fc.double(),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.constantFrom(
    '007',
    '-0',
    '+1',
    ' 1',
    '1 ',
    '1e3',
    '0x10',
    '١',
    '9223372036854775808',
    '-9223372036854775808',
    32_768,
  ),
);
const anything = fc.oneof(
  oddText,
  oddNumber,
  fc.uuid(),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
  fc.jsonValue(),
);

describe('a key of any type', () => {
  it.each(['id', 'small', 'place', 'big', 'label', 'name'] as const)(
    'is refused, or printed by PostgreSQL as its identity says (%s)',
    async (property) => {
      const codec = keyCodec(store.table(Thing), findBy(Thing, property));
      const echo = statement(`SELECT key AS "${property}" FROM unnest(${codec.casts.join()}) AS k(key)`);
      let sent = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anything, { minLength: 10, maxLength: 20 }), async (values) => {
          const keys = values.flatMap((value) => {
            try {
              return [codec.encode({ [property]: value }) ?? []].filter((key) => key.length > 0);
            } catch (error) {
              expect(error).toMatchObject({ code: 'INVALID_KEY' });
              return [];
            }
          });
          sent += keys.length;
          const rows = await store.query(echo, codec.parameters(keys));
          // Lone surrogates cannot be stored, so no row has them: they come back as another text.
          expect(rows.map((row) => codec.identityOfRow(row))).toEqual(
            keys.map((key) =>
              Buffer.from(key[0] ?? '').toString() === key[0]
                ? codec.identity(key)
                : (expect.anything() as unknown),
            ),
          );
        }),
        { numRuns: 100 },
      );
      expect(sent).toBeGreaterThan(20);
    },
  );

  it('finds its own row among rows with odd texts, alone and as a part of a composite key', async () => {
    const thingByKey = findOneBy(Thing, ['label', 'place']);
    const thingsOfLabel = findBy(Thing, 'label', { order: { place: 'ASC' } });
    const storable = oddText.filter(
      (text) => !text.includes('\u0000') && Buffer.from(text).toString() === text,
    );
    const keys = fc.uniqueArray(fc.record({ label: storable, place: fc.integer({ min: -3, max: 3 }) }), {
      selector: (key) => JSON.stringify(key),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(keys, keys, async (present, others) => {
        await store.transaction(async (manager) => {
          await manager.query('TRUNCATE things');
          const rest = { id, small: 1, big: '1', name: 'n', price: '1', changed: '' };
          await insertRows(
            manager,
            Thing,
            present.map((key) => ({ ...rest, ...key })),
          );
        });
        const asked = [...others, ...present, ...others];
        const identity = (key: object): string => JSON.stringify(key);
        const stored = new Set(present.map(({ label, place }) => identity({ label, place })));
        const found = await new Loaders(store).loadList(thingByKey, asked, []);
        expect(found).toEqual(
          asked.map(({ label, place }) => (stored.has(identity({ label, place })) ? { label, place } : null)),
        );
        const lists = await new Loaders(store).loadList(thingsOfLabel, asked, []);
        expect(lists).toEqual(
          asked.map(({ label }) =>
            present.filter((key) => key.label === label).sort((left, right) => left.place - right.place),
          ),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('a key that cannot be one', () => {
  it.each([
    ['id', 'x', 'Thing.id: expected a uuid but got "x"'],
    ['id', `${id}\u0000`, `Thing.id: expected a uuid but got "${id}\\u0000"`],
    ['small', 32_768, 'Thing.small: expected a whole number of type smallint but got 32768'],
    ['place', '2147483648', 'Thing.place: expected a whole number of type integer but got "2147483648"'],
    ['place', 1.5, 'Thing.place: expected a whole number of type integer but got 1.5'],
    [
      'big',
      '9223372036854775808',
      'Thing.big: expected a whole number of type bigint but got "9223372036854775808"',
    ],
    [
      'big',
      "1'; DROP TABLE things",
      `Thing.big: expected a whole number of type bigint but got "1'; DROP TABLE things"`,
    ],
    ['label', 'a\u0000b', 'Thing.label: expected a text without NUL but got "a\\u0000b"'],
    ['label', { a: 1 }, 'Thing.label: expected a text without NUL but got {"a":1}'],
    ['label', ['x'.repeat(99)], `Thing.label: expected a text without NUL but got ["${'x'.repeat(58)}…`],
  ] as const)('is told what was expected: %s %j', (property, value, message) => {
    const codec = keyCodec(store.table(Thing), findBy(Thing, property));
    expect(() => codec.encode({ [property]: value })).toThrow(
      expect.objectContaining({ code: 'INVALID_KEY', message }),
    );
  });

  it.each([
    [
      'price',
      'expected Thing.price to be uuid, text, smallint, integer or bigint, to serve as a key, but got numeric',
    ],
    ['changed', 'expected the key Thing.changed to have no transformer: keys travel as stored'],
  ] as const)('is no key of any row: %s', (property, message) => {
    expect(() => keyCodec(store.table(Thing), findBy(Thing, property))).toThrow(message);
  });
});
