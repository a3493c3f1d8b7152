// The same text on both sides: what a trigger raises for a value is what `tagOf` says of it, for any value of any column that
// tags may have, under whatever settings the writer has.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureWrites } from './capture.js';
import { capturedTables, type CapturedTable } from './captured-tables.js';
import { listTagOf, tagOf } from './tag.js';
import { openOutboxStore, outboxOf, type OutboxStore } from './testing/outbox-store.js';
import { tagText } from './value-form.js';

let store: OutboxStore;
beforeAll(async () => {
  store = await openOutboxStore();
  await store.admin.query('CREATE EXTENSION citext');
  await store.source.query(`CREATE TYPE colour AS ENUM ('red', 'light & =blue%~]');
    CREATE DOMAIN slug AS text CHECK (value <> 'not this'); CREATE DOMAIN short_slug AS slug`);
});
afterAll(() => store.close());

const odd = fc.string({
  unit: fc.constantFrom(...Array.from('aB7&=%~]\\[:*#@ \u0001\n\u001f\u007f\u0085ü🧵')),
  maxLength: 8,
});
const text = fc.oneof(
  { weight: 3, arbitrary: odd },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll('\0', '')),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom('x', '&', '🧵'), minLength: 118, maxLength: 123 }),
  },
);
const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const numeric = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.bigInt({ min: 0n, max: 10n ** 15n }),
    fc.option(fc.stringMatching(/^[0-9]{1,8}$/)),
  )
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);
const moment = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

const columns: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text,
  'varchar(200)': text,
  'char(130)': text,
  slug: text,
  short_slug: text,
  uuid: fc.uuid().chain((uuid) => fc.constantFrom(uuid, uuid.toUpperCase())),
  integer: fc.integer(),
  smallint: fc.integer({ min: -32_768, max: 32_767 }),
  bigint: fc.oneof(
    bigint,
    bigint.map((value) => `${value < 0n ? '-' : '+'}0${value < 0n ? -value : value}`),
  ),
  boolean: fc.boolean(),
  numeric,
  'numeric(40, 10)': numeric,
  date: moment.map((value) => value.toISOString().slice(0, 10)),
  timestamptz: moment,
  colour: fc.constantFrom('red', 'light & =blue%~]'),
};

describe('a value', () => {
  it.each(Object.entries(columns))('of %s has one text', async (type, arbitrary) => {
    await store.source.query(
      `DROP TABLE IF EXISTS kept; CREATE TABLE kept (id integer PRIMARY KEY, value ${type}, other ${type})`,
    );
    await captureWrites(store.source, {
      table: 'kept',
      contents: [['value'], ['value', 'other', 'id']],
      lists: [{ by: ['value'], order: [] }],
    });
    const [kept] = (await capturedTables(store.source)) as [CapturedTable];
    const pairs = fc.sample(fc.tuple(arbitrary, arbitrary), { numRuns: 400, seed: 7 });
    const session = await store.session();
    await session.query(
      `SET "DateStyle" = 'German'; SET "TimeZone" = 'Asia/Kolkata'; SET bytea_output = 'escape'`,
    );
    const rows = await outboxOf(session, async () => {
      await session.query('BEGIN');
      for (const [index, [value, other]] of pairs.entries())
        await session.query(`INSERT INTO kept VALUES ($1, $2, $3)`, [index, stored(value), stored(other)]);
      await session.query('COMMIT');
    });
    await session.query('RESET ALL');
    await session.release();
    expect(rows.map(({ tags }) => tags)).toEqual(
      pairs.map(([first, second], index) => {
        const [value, other] = [first, second].map(
          (each) => tagText(kept.forms['value'] ?? 'opaque', each) ?? 'untold',
        );
        const values = { value: String(value), other: String(other), id: String(index) };
        return [
          tagOf('kept', { value: values.value }),
          tagOf('kept', values),
          listTagOf('kept', { value: values.value }),
        ];
      }),
    );
  });

  it.each([
    ['citext', `'AbÜ&'`, `'aBü&'`],
    ['inet', `'10.0.0.1'`, `'10.0.0.1/32'`],
    ['bytea', `'a\\\\b'`, `'\\x615c62'`],
    ['timestamp', `'2026-01-02 03:04:05.60'`, `'2026-01-02 03:04:05.6'`],
    ['numeric', '1.50', '1.5'],
    ['timestamptz', `'2026-01-02 03:04:05+02'`, `'2026-01-02 01:04:05Z'`],
  ])('of %s is printed alike where it is equal', async (type, left, right) => {
    await store.source.query(
      `DROP TABLE IF EXISTS kept; CREATE TABLE kept (id serial PRIMARY KEY, value ${type})`,
    );
    await captureWrites(store.source, { table: 'kept', contents: [['value']], lists: [] });
    const rows = await outboxOf(store.source, () =>
      store.source.query(`INSERT INTO kept (value) VALUES (${left}), (${right})`),
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]?.tags).toEqual(rows[1]?.tags);
    expect(rows[0]?.tags[0]).toMatch(/^kept:value=[^&]+$/);
  });

  it('that is generated is announced as it is stored', async () => {
    await store.source.query(`DROP TABLE IF EXISTS kept;
      CREATE TABLE kept (id integer PRIMARY KEY, name text, folded text GENERATED ALWAYS AS (lower(name)) STORED)`);
    await captureWrites(store.source, { table: 'kept', contents: [['folded']], lists: [] });
    const rows = await outboxOf(store.source, () =>
      store.source.query(`INSERT INTO kept (id, name) VALUES (1, 'ABC'); UPDATE kept SET name = 'DEF'`),
    );
    expect(rows.map(({ tags }) => tags)).toEqual([
      ['kept:folded=abc'],
      ['kept:folded=def', 'kept:folded=abc'],
    ]);
  });
});

describe('tagText', () => {
  it('says where it cannot tell', () => {
    expect(tagText('uuid', '{a81bc81b-dead-4e5d-abff-90865d1e13b1}')).toBeNull();
    expect(tagText('integer', '0x1F')).toBeNull();
    expect(tagText('boolean', 'yes')).toBeNull();
    expect(tagText('numeric', '1e3')).toBeNull();
    expect(tagText('timestamptz', '2026-01-01')).toBeNull();
    expect(tagText('timestamptz', new Date(NaN))).toBeNull();
    expect(tagText('date', new Date())).toBeNull();
    expect(tagText('opaque', 'x')).toBeNull();
    expect(tagText('text', null)).toBeNull();
    expect(tagText('text', { a: 1 })).toBeNull();
  });
});

/** As node-postgres would send it in UTC, whatever the time zone of this process. */
function stored(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}
