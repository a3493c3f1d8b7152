// Pages against the order that SQL itself gives.
import fc from 'fast-check';
import { createTestStore, type TestStore } from '@selvedge/testkit';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Loaders } from '../loaders.js';
import { insertRows } from '../store/seed.js';
import { statement } from '../store/statement.js';
import { Store } from '../store/store.js';
import type { Connection, PageArguments } from './page.js';
import { findPage, type Direction, type Order, type ReadDefinition } from './read.js';

@Entity('entries')
class Entry {
  @PrimaryColumn('bigint') id!: string;
  @Column({ type: 'integer' }) list!: number;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: string;
  @Column({ type: 'numeric' }) price!: string;
  @Column({ type: 'text' }) title!: string;
  @Column({ type: 'float8' }) score!: number;
  @Column({ type: 'char', length: 4 }) code!: string;
  @Column({ type: 'boolean' }) open!: boolean;
  @Column({ type: 'text', nullable: true }) note!: string | null;
}

let testStore: TestStore;
let store: Store;
beforeAll(async () => {
  testStore = await createTestStore();
  store = new Store({ url: testStore.url, entities: [Entry], migrations: [] });
  await store.open();
  await store.transaction((manager) =>
    manager.query(`CREATE TABLE entries (id bigint PRIMARY KEY, list integer NOT NULL, created_at timestamptz NOT NULL,
      price numeric NOT NULL, title text NOT NULL, score float8 NOT NULL, code char(4) NOT NULL, open boolean NOT NULL, note text)`),
  );
});
afterAll(async () => {
  await store.close();
  await testStore.drop();
});

/** Few values, so that many rows are equal in a column, and such that a careless way through text would lose or mix. */
const row = fc.record({
  list: fc.integer({ min: 0, max: 2 }),
  createdAt: fc
    .integer({ min: 0, max: 3 })
    .map((microseconds) => `2026-03-29 01:59:59.99999${microseconds}+00`),
  price: fc.constantFrom('0', '0.0', '-0.5', '10', '9.99', '1e20', '0.000000000000000000001', 'NaN'),
  title: fc.constantFrom(
    '',
    ' ',
    'a',
    'A',
    'ä',
    '"',
    "'",
    '\\',
    '["x"]',
    'a,b',
    '🧵',
    'z\n',
    "'; DROP TABLE entries; --",
  ),
  score: fc.constantFrom(0, -0.1, 0.1 + 0.2, 1e300, 5e-324),
  code: fc.constantFrom('a', 'ab', 'abc', 'abcd'),
  open: fc.boolean(),
});

const direction = fc.constantFrom<Direction>('ASC', 'DESC');
const order: fc.Arbitrary<Order<Entry>> = fc
  .tuple(
    fc.shuffledSubarray(['createdAt', 'price', 'title', 'score', 'code', 'open'] as const, { maxLength: 3 }),
    fc.array(direction, { minLength: 4, maxLength: 4 }),
  )
  .map(([columns, directions]) =>
    Object.fromEntries(
      [...columns, 'id' as const].map((column, index) => [column, directions[index] ?? 'ASC']),
    ),
  );

/** What the operation selects; the order's columns need not be among it. */
let selected: readonly string[] = [];
const selection = fc.subarray(['createdAt', 'price', 'title', 'score', 'code', 'open']);

const columnNames: Readonly<Record<string, string>> = { createdAt: 'created_at' };

const page = (
  read: ReadDefinition,
  key: object,
  pageArguments: PageArguments,
): Promise<Connection<Record<string, unknown>>> =>
  new Loaders(store).loadPage(read, { ...key }, pageArguments, { properties: selected, wantsCount: true });

/** The ids of the whole list, walked page by page; `backward` from its end. */
async function walked(
  read: ReadDefinition,
  key: object,
  size: number,
  backward: boolean,
): Promise<unknown[]> {
  const ids: unknown[] = [];
  let cursor: string | null = null;
  for (;;) {
    const { nodes, pageInfo } = await page(
      read,
      key,
      backward ? { last: size, before: cursor } : { first: size, after: cursor },
    );
    const own = nodes.map((node) => node['id']);
    ids.push(...(backward ? own.reverse() : own));
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return ids;
    expect(nodes).toHaveLength(size);
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
  }
}

describe('a walk over any order', () => {
  it('forward and backward sees each row once, as SQL orders them, in one list and in each of several', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 14 }),
        order,
        selection,
        fc.integer({ min: 1, max: 5 }),
        async (rows, by, properties, size) => {
          selected = properties;
          await store.transaction(async (manager) => {
            await manager.query('TRUNCATE entries');
            await insertRows(
              manager,
              Entry,
              rows.map((entry, index) => ({ ...entry, id: String(index + 1), note: null })),
            );
          });
          const sorts = Object.entries(by).map(([column, way]) => `${columnNames[column] ?? column} ${way}`);
          const sorted = await store.query(
            statement(`SELECT id, list FROM entries ORDER BY ${sorts.join(', ')}`),
            [],
          );
          const all = findPage(Entry, { order: by });
          const ofList = findPage(Entry, { by: 'list', order: by });
          const ids = sorted.map(({ id }) => id);
          expect(await walked(all, {}, size, false)).toEqual(ids);
          expect(await walked(all, {}, size, true)).toEqual(ids.toReversed());
          for (const list of [0, 1, 2]) {
            const own = sorted.filter((entry) => entry['list'] === list).map(({ id }) => id);
            expect(await walked(ofList, { list }, size, false)).toEqual(own);
            expect(await walked(ofList, { list }, size, true)).toEqual(own.toReversed());
            expect((await page(ofList, { list }, {})).totalCount).toBe(own.length);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a page', () => {
  beforeAll(() =>
    store.transaction(async (manager) => {
      await manager.query('TRUNCATE entries');
      await insertRows(
        manager,
        Entry,
        Array.from({ length: 30 }, (_, index) => ({
          id: String(index + 1),
          list: index % 2,
          createdAt: '2026-01-01T00:00:00Z',
          price: String(index % 5),
          title: 't',
          score: 1,
          code: 'c',
          open: index % 3 === 0,
          note: index % 4 === 0 ? null : 'n',
        })),
      );
    }),
  );

  const byId = findPage(Entry, { order: { id: 'ASC' } });
  const ids = async (read: ReadDefinition, key: object, pageArguments: PageArguments): Promise<unknown[]> =>
    (await page(read, key, pageArguments)).nodes.map((node) => node['id']);

  it('has 20 rows unless told, as many as there are, or none', async () => {
    expect(await ids(byId, {}, {})).toHaveLength(20);
    expect(await ids(byId, {}, { first: 100 })).toHaveLength(30);
    const none = await page(byId, {}, { first: 0 });
    expect(none.nodes).toEqual([]);
    expect(none.pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });

  it('of a constant `where` has only the rows that it names, nulls among them, and counts them', async () => {
    const open = findPage(Entry, { where: { open: true, note: null }, order: { price: 'DESC', id: 'ASC' } });
    const first = await page(open, {}, { first: 2 });
    expect(first.totalCount).toBe(3);
    const { nodes } = await page(open, {}, { first: 2, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...nodes].map((node) => node['id'])).toEqual(
      ['25', '13', '1'].sort(
        (a, b) => ((Number(b) - 1) % 5) - ((Number(a) - 1) % 5) || Number(a) - Number(b),
      ),
    );
    const ofList = findPage(Entry, { by: 'list', where: { note: null }, order: { id: 'ASC' } });
    expect(await ids(ofList, { list: 0 }, {})).toEqual(['1', '5', '9', '13', '17', '21', '25', '29']);
    expect(await ids(ofList, { list: 1 }, {})).toEqual([]);
  });

  it('of an order that may be null is refused, for a keyset has no place for it', async () => {
    await expect(page(findPage(Entry, { order: { note: 'ASC', id: 'ASC' } }), {}, {})).rejects.toThrow(
      'expected the order column Entry.note to be NOT NULL: a keyset has no place for null',
    );
  });

  it.each([
    [{ first: -1 }, 'expected `first` to be between 0 and 100 but got -1'],
    [{ last: 101 }, 'expected `last` to be between 0 and 100 but got 101'],
    [{ first: 1, last: 1 }, 'expected either `first` or `last` but got both'],
    [{ first: 1, before: 'x' }, 'expected `first` with `after`, or `last` with `before`, but got them mixed'],
    [{ last: 1, after: 'x' }, 'expected `first` with `after`, or `last` with `before`, but got them mixed'],
  ])('with %j is refused', async (pageArguments, message) => {
    await expect(page(byId, {}, pageArguments)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message });
  });
});

describe('a forged cursor', () => {
  const byTime = findPage(Entry, { order: { createdAt: 'DESC', id: 'ASC' } });
  const ofList = findPage(Entry, { by: 'list', order: { price: 'ASC', open: 'DESC', id: 'ASC' } });

  const forged = (cursor: unknown): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

  async function signatureOf(read: ReadDefinition, key: object): Promise<unknown> {
    const { pageInfo } = await page(read, key, { first: 1 });
    const parts: unknown = JSON.parse(Buffer.from(String(pageInfo.endCursor), 'base64url').toString());
    return Array.isArray(parts) ? parts[0] : undefined;
  }

  it('is INVALID_CURSOR, or the cursor of a place in the list; never an internal error', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom(
        '1',
        '-1',
        'infinity',
        'NaN',
        '1e400',
        '9'.repeat(40),
        'true',
        "'",
        '\\',
        '\u0000',
        "0'; DROP TABLE entries; --",
      ),
      fc.jsonValue(),
    );
    let refused = 0;
    const known = await Promise.all([signatureOf(byTime, {}), signatureOf(ofList, { list: 0 })]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 4 }),
        fc.constantFrom(...known, 'other'),
        fc.boolean(),
        async (values, signature, backward) => {
          const cursor = forged([signature, ...values]);
          for (const [read, key] of [
            [byTime, {}],
            [ofList, { list: 0 }],
          ] as const) {
            const outcome = await page(read, key, backward ? { before: cursor } : { after: cursor }).catch(
              (error: unknown) => error,
            );
            if (!(outcome instanceof Error)) continue;
            refused += 1;
            const argument = backward ? 'before' : 'after';
            expect(outcome).toMatchObject({
              code: 'INVALID_CURSOR',
              message: `${argument}: expected a cursor of this very list but got something else`,
            });
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('of another list, with NUL, or cut off, is refused', async () => {
    const { pageInfo } = await page(byTime, {}, { first: 3 });
    const cursor = String(pageInfo.endCursor);
    const withNul = forged([await signatureOf(byTime, {}), '2026-01-01 00:00:00+00', '1\u0000']);
    for (const after of [cursor.slice(0, -8), '', 'null', withNul, forged(null), forged(['x']), forged({})])
      await expect(page(byTime, {}, { after })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    // As many columns, and of types that would take the values.
    const byTitle = findPage(Entry, { order: { title: 'DESC', id: 'ASC' } });
    await expect(page(byTitle, {}, { after: cursor })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });
});
