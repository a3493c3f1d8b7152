// Each way to write a table, on a real server: what the outbox holds afterwards.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureWrites, releaseWrites } from './capture.js';
import { capturedTables } from './captured-tables.js';
import { announceAll } from './outbox.js';
import { rowsOf } from './runner.js';
import { announced, openOutboxStore, outboxOf, type OutboxStore } from './testing/outbox-store.js';

let store: OutboxStore;
beforeAll(async () => {
  store = await openOutboxStore();
  await store.source.query(`
    CREATE TABLE reviews (
      id bigint PRIMARY KEY, product_id integer, rating smallint NOT NULL DEFAULT 5, position integer NOT NULL DEFAULT 0,
      note text
    );
    CREATE TABLE comments (id bigint PRIMARY KEY, review_id bigint NOT NULL REFERENCES reviews ON DELETE CASCADE);`);
  await captureWrites(store.source, {
    table: 'reviews',
    contents: [['id'], ['product_id'], []],
    lists: [
      { by: ['product_id'], order: ['position', 'id'] },
      { by: [], order: ['id'] },
    ],
  });
  await captureWrites(store.source, { table: 'comments', contents: [['review_id']], lists: [] });
});
afterAll(() => store.close());

const write = (...statements: readonly string[]): Promise<string[]> => announced(store.source, ...statements);
const contents = (id: number, product: number): string =>
  `reviews:id=${id} reviews:product_id=${product} reviews:`;

describe('a row', () => {
  it('announces its values and its lists when it comes and goes', async () => {
    expect(await write('INSERT INTO reviews VALUES (1, 10)')).toEqual([
      `I 1: ${contents(1, 10)} reviews[product_id=10] reviews[]`,
    ]);
    expect(await write('DELETE FROM reviews WHERE id = 1')).toEqual([
      `D 1: ${contents(1, 10)} reviews[product_id=10] reviews[]`,
    ]);
  });

  it('announces old and new values when it changes, and lists only where they do', async () => {
    await store.source.query('INSERT INTO reviews VALUES (2, 10)');
    expect(await write('UPDATE reviews SET rating = 1 WHERE id = 2')).toEqual([`U 2: ${contents(2, 10)}`]);
    expect(await write('UPDATE reviews SET position = 1 WHERE id = 2')).toEqual([
      `U 2: ${contents(2, 10)} reviews[product_id=10]`,
    ]);
    expect(await write('UPDATE reviews SET product_id = 11 WHERE id = 2')).toEqual([
      'U 2: reviews:id=2 reviews:product_id=11 reviews:product_id=10 reviews: reviews[product_id=11] reviews[product_id=10]',
    ]);
  });

  it('has no tag for a value that is NULL', async () => {
    expect(await write('INSERT INTO reviews VALUES (3, NULL)')).toEqual([
      'I 3: reviews:id=3 reviews: reviews[]',
    ]);
    expect(await write('UPDATE reviews SET product_id = 12 WHERE id = 3')).toEqual([
      `U 3: ${contents(3, 12)} reviews[product_id=12]`,
    ]);
    expect(await write('UPDATE reviews SET product_id = NULL WHERE id = 3')).toEqual([
      'U 3: reviews:id=3 reviews:product_id=12 reviews: reviews[product_id=12]',
    ]);
  });

  it('ends and begins where its key changes', async () => {
    await store.source.query('INSERT INTO reviews VALUES (4, 10)');
    expect(await write('UPDATE reviews SET id = 5 WHERE id = 4')).toEqual([
      `D 4: ${contents(4, 10)} reviews[product_id=10] reviews[]`,
      `I 5: ${contents(5, 10)} reviews[product_id=10] reviews[]`,
    ]);
  });

  it('announces nothing where nothing changed, or nothing was committed', async () => {
    await store.source.query('INSERT INTO reviews VALUES (6, 10)');
    expect(await write('UPDATE reviews SET rating = rating, note = note WHERE id = 6')).toEqual([]);
    expect(await write('UPDATE reviews SET rating = 2 WHERE id = 600')).toEqual([]);
    const session = await store.session();
    expect(
      await outboxOf(session, async () => {
        await session.startTransaction();
        await session.query('UPDATE reviews SET rating = 3 WHERE id = 6');
        await session.rollbackTransaction();
      }),
    ).toEqual([]);
  });
});

describe('a change', () => {
  it('is one of bytes, whatever is equal, and of types that have no equality', async () => {
    await store.source.query(
      'CREATE TABLE prices (id integer PRIMARY KEY, amount numeric, detail json, place point); INSERT INTO prices VALUES (1, 1.0)',
    );
    await captureWrites(store.source, {
      table: 'prices',
      contents: [['amount']],
      lists: [{ by: [], order: ['amount', 'detail'] }],
    });
    expect(await write('UPDATE prices SET amount = 1.00')).toEqual([
      'U 1: prices:amount=1 prices:amount=1 prices[]',
    ]);
    expect(await write(`UPDATE prices SET detail = '{}', place = '(1,2)'`)).toEqual([
      'U 1: prices:amount=1 prices[]',
    ]);
    expect(await write(`UPDATE prices SET detail = '{}', place = '(1,3)'`)).toEqual(['U 1: prices:amount=1']);
    expect(await write(`UPDATE prices SET detail = '{}', place = '(1,3)'`)).toEqual([]);
  });
});

describe('a statement', () => {
  it('that inserts or updates announces the one that it did', async () => {
    const upsert = (id: number, note: string): string =>
      `INSERT INTO reviews VALUES (${id}, 20, 5, 0, '${note}') ON CONFLICT (id) DO UPDATE SET note = excluded.note`;
    expect(await write(upsert(7, 'a'))).toEqual([`I 7: ${contents(7, 20)} reviews[product_id=20] reviews[]`]);
    expect(await write(upsert(7, 'b'))).toEqual([`U 7: ${contents(7, 20)}`]);
    expect(await write(upsert(7, 'b'))).toEqual([]);
    expect(await write('INSERT INTO reviews VALUES (7, 21) ON CONFLICT DO NOTHING')).toEqual([]);
    const merge = `MERGE INTO reviews r USING (VALUES (7), (8)) AS v (id) ON r.id = v.id
      WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (v.id, 22)`;
    expect((await write(merge)).toSorted()).toEqual([
      `D 7: ${contents(7, 20)} reviews[product_id=20] reviews[]`,
      `I 8: ${contents(8, 22)} reviews[product_id=22] reviews[]`,
    ]);
  });

  it('that copies announces each row, also where somebody runs it who may not write the outbox', async () => {
    const writer = `outbox_writer_${process.pid}`;
    await store.admin.query(`CREATE ROLE "${writer}"; GRANT INSERT, SELECT ON reviews TO "${writer}"`);
    await store.admin.query(`GRANT pg_execute_server_program TO "${writer}"`);
    const session = store.admin.createQueryRunner();
    try {
      await session.query(`SET ROLE "${writer}"`);
      await session.query(`COPY reviews (id, product_id) FROM PROGRAM 'printf "30\\t40\\n31\\t40\\n"'`);
      await expect(session.query(`DELETE FROM selvedge_outbox`)).rejects.toThrow('permission denied');
    } finally {
      await session.query('RESET ROLE');
      await session.release();
      await store.admin.query(`DROP OWNED BY "${writer}"; DROP ROLE "${writer}"`);
    }
    const rows = await store.source.query<{ key: string }[]>(
      'SELECT key FROM selvedge_outbox ORDER BY id DESC LIMIT 2',
    );
    expect(rows).toEqual([{ key: '31' }, { key: '30' }]);
  });

  it('that cascades announces what it took along', async () => {
    await store.source.query(
      'INSERT INTO reviews VALUES (50, 60); INSERT INTO comments VALUES (1, 50), (2, 50)',
    );
    expect((await write('DELETE FROM reviews WHERE id = 50')).toSorted()).toEqual([
      'D 1: comments:review_id=50',
      'D 2: comments:review_id=50',
      `D 50: ${contents(50, 60)} reviews[product_id=60] reviews[]`,
    ]);
  });

  it('that truncates announces everything', async () => {
    expect(await write('TRUNCATE comments')).toEqual(['T -: *']);
    expect(await write('TRUNCATE reviews CASCADE')).toEqual(['T -: *', 'T -: *']);
  });
});

describe('a transaction', () => {
  it('has the id of the whole for what it writes in a savepoint, and nothing of one that it went back to', async () => {
    const session = await store.session();
    let xid = '';
    const rows = await outboxOf(session, async () => {
      await session.query('BEGIN; SAVEPOINT a; INSERT INTO reviews VALUES (70, 1); RELEASE a');
      await session.query('SAVEPOINT b; INSERT INTO reviews VALUES (71, 1); ROLLBACK TO b');
      await session.query('SAVEPOINT c; INSERT INTO reviews VALUES (72, 1)');
      const own = await rowsOf<{ xid: string }>(session, 'SELECT pg_current_xact_id()::text AS xid');
      xid = own[0]?.xid ?? '';
      await session.query('COMMIT');
    });
    expect(rows.map(({ key, xid: own }) => [key, own])).toEqual([
      ['70', xid],
      ['72', xid],
    ]);
  });

  it('that was prepared announces when it is committed', async () => {
    const session = await store.session();
    const prepared = `capture of ${process.pid}`;
    await session.query(`BEGIN; INSERT INTO reviews VALUES (80, 1); PREPARE TRANSACTION '${prepared}'`);
    expect(await write(`COMMIT PREPARED '${prepared}'`)).toEqual([
      `I 80: ${contents(80, 1)} reviews[product_id=1] reviews[]`,
    ]);
  });

  it('beside another on one row announces after it', async () => {
    const [first, second] = [await store.session(), await store.session()];
    await store.source.query('INSERT INTO reviews VALUES (90, 1)');
    const rows = await outboxOf(store.source, async () => {
      // The younger transaction id writes first and commits first.
      await first.query('BEGIN; SELECT pg_current_xact_id()');
      await second.query('BEGIN; UPDATE reviews SET rating = 1 WHERE id = 90');
      const waiting = first.query('UPDATE reviews SET rating = 2 WHERE id = 90');
      await second.query('COMMIT');
      await waiting;
      await first.query('COMMIT');
    });
    expect(rows.map(({ key }) => key)).toEqual(['90', '90']);
    expect(BigInt(rows[0]?.xid ?? 0)).toBeGreaterThan(BigInt(rows[1]?.xid ?? 0));
  });

  it('of 100,000 rows announces each', async () => {
    const rows = await outboxOf(store.source, () =>
      store.source.query('INSERT INTO reviews SELECT i, i % 7 FROM generate_series(1001, 101000) AS i'),
    );
    expect(rows).toHaveLength(100_000);
    expect(new Set(rows.flatMap(({ tags }) => tags)).size).toBe(100_000 + 7 + 1 + 7 + 1);
    expect(new Set(rows.map(({ xid }) => xid)).size).toBe(1);
  });
});

describe('captureWrites', () => {
  it('is read back by capturedTables, until it is released or disabled', async () => {
    const of = async (name: string): Promise<unknown> =>
      (await capturedTables(store.source)).find((table) => table.name === name);
    await store.source.query('CREATE TABLE tags (id uuid PRIMARY KEY, label text, place integer)');
    const table = {
      table: 'tags',
      contents: [
        ['label', 'id', 'label'],
        ['id', 'label'],
      ],
      lists: [{ by: [], order: ['place'] }],
    };
    await captureWrites(store.source, table);
    const recorded = {
      name: 'tags',
      contents: [['id', 'label']],
      lists: [{ by: [], order: ['place'] }],
      forms: { id: 'uuid', label: 'text' },
    };
    expect(await of('tags')).toEqual(recorded);
    await store.source.query('ALTER TABLE tags DISABLE TRIGGER selvedge_capture_update');
    expect(await of('tags')).toBeUndefined();
    await captureWrites(store.source, { ...table, contents: [[]] });
    expect(await of('tags')).toEqual({ ...recorded, contents: [[]], forms: {} });
    await releaseWrites(store.source, 'tags');
    expect(await of('tags')).toBeUndefined();
    expect(await write('INSERT INTO tags VALUES (gen_random_uuid())')).toEqual([]);
  });

  it.each([
    ['a table that is not there', 'nothing', [], [], 'expected the name of a table but got "nothing"'],
    ['a view', 'some_view', [], [], 'expected "some_view" to be a table but got something else of that name'],
    [
      'an unlogged table',
      'unlogged',
      [],
      [],
      'expected "unlogged" to be a table but got one that is temporary or unlogged',
    ],
    ['a partition', 'odd_1', [], [], 'expected "odd_1" to be a table but got a partition'],
    [
      'a column that is not there',
      'odd',
      ['nope'],
      [],
      'expected a column of "odd" (id, weight, tags, at) but got "nope"',
    ],
    ['an order that is not there', 'odd', [], ['nope'], 'but got "nope"'],
    ['values that print in several ways', 'odd', ['weight'], [], 'but got "weight", which is float8'],
    ['values of several values', 'odd', ['tags'], [], 'but got "tags", which is _text'],
  ])('refuses %s', async (_what, table, columns, order, message) => {
    await store.source.query(`
      CREATE TABLE IF NOT EXISTS odd (id integer, weight float8, tags text[], at timestamptz) PARTITION BY LIST (id);
      CREATE TABLE IF NOT EXISTS odd_1 PARTITION OF odd FOR VALUES IN (1);
      CREATE OR REPLACE VIEW some_view AS SELECT 1 AS one;
      CREATE UNLOGGED TABLE IF NOT EXISTS unlogged (id integer)`);
    const capture = captureWrites(store.source, { table, contents: [columns], lists: [{ by: [], order }] });
    await expect(capture).rejects.toThrow(message);
  });

  it('follows partitions, and rows that move between them', async () => {
    await store.source.query(`
      CREATE TABLE orders (id integer, region text, note text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
      CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('eu');
      CREATE TABLE orders_us PARTITION OF orders FOR VALUES IN ('us')`);
    await captureWrites(store.source, {
      table: 'orders',
      contents: [['id']],
      lists: [{ by: ['region'], order: [] }],
    });
    expect(await write(`INSERT INTO orders VALUES (1, 'eu')`)).toEqual([
      'I 1&eu: orders:id=1 orders[region=eu]',
    ]);
    expect(await write(`UPDATE orders SET region = 'us', note = 'moved' WHERE id = 1`)).toEqual([
      'D 1&eu: orders:id=1 orders[region=eu]',
      'I 1&us: orders:id=1 orders[region=us]',
    ]);
    expect(await write(`UPDATE orders_us SET note = 'straight' WHERE id = 1`)).toEqual([
      'U 1&us: orders:id=1',
    ]);
    expect(await write('TRUNCATE orders_us')).toEqual(['T -: *']);
    expect(await write(`CREATE TABLE orders_asia PARTITION OF orders FOR VALUES IN ('asia')`)).toEqual([]);
    expect(await write(`INSERT INTO orders VALUES (2, 'asia')`)).toEqual([
      'I 2&asia: orders:id=2 orders[region=asia]',
    ]);
    // Until it is called again, which gives the new one its TRUNCATE trigger.
    expect((await capturedTables(store.source)).some(({ name }) => name === 'orders')).toBe(false);
    await captureWrites(store.source, { table: 'orders', contents: [['id']], lists: [] });
    expect(await write('TRUNCATE orders_asia')).toEqual(['T -: *']);
    expect((await capturedTables(store.source)).some(({ name }) => name === 'orders')).toBe(true);
    await releaseWrites(store.source, 'orders');
    expect(await write(`INSERT INTO orders VALUES (3, 'eu')`, 'TRUNCATE orders')).toEqual([]);
  });

  it('takes names that have to be quoted, in another schema, and long ones', async () => {
    const long = 'x'.repeat(63);
    await store.source.query(`
      CREATE SCHEMA "My ""Schema"; CREATE TABLE "My ""Schema"."a:b'c" ("Id &" integer PRIMARY KEY, "$selvedge$\\" text);
      CREATE TABLE ${long} (${long} text PRIMARY KEY)`);
    await captureWrites(store.source, {
      table: `My "Schema.a:b'c`,
      contents: [['Id &'], ['$selvedge$\\']],
      lists: [{ by: ['$selvedge$\\'], order: ['Id &'] }],
    });
    const tag = `My "Schema.a%3Ab'c`;
    expect(await write(`INSERT INTO "My ""Schema"."a:b'c" VALUES (1, 'x')`)).toEqual([
      `I 1: ${tag}:Id %26=1 ${tag}:$selvedge$%5C=x ${tag}[$selvedge$%5C=x]`,
    ]);
    await captureWrites(store.source, { table: long, contents: [[long]], lists: [] });
    expect(await write(`INSERT INTO ${long} VALUES ('v')`)).toEqual([`I v: ${long}:${long}=v`]);
    await releaseWrites(store.source, long);
    await releaseWrites(store.source, `My "Schema.a:b'c`);
  });

  it('lets no caller’s operators and settings in', async () => {
    const session = await store.session();
    await session.query(`
      CREATE SCHEMA evil;
      CREATE FUNCTION evil.joined(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil'::text $$;
      CREATE FUNCTION evil.never(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
      CREATE FUNCTION evil.array_remove(text[], text) RETURNS text[] LANGUAGE sql AS $$ SELECT '{}'::text[] $$;
      CREATE DOMAIN evil.text AS varchar(1);
      CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.joined);
      CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.never);
      SET search_path = evil, pg_catalog, public`);
    const rows = await outboxOf(session, () => session.query('INSERT INTO reviews VALUES (500001, 1)'));
    expect(rows[0]?.tags).toContain('reviews:id=500001');
  });
});

describe('announceAll', () => {
  it('raises the tag of the whole store', async () => {
    expect(
      (await outboxOf(store.source, () => announceAll(store.source))).map(({ op, type, tags }) => [
        op,
        type,
        tags,
      ]),
    ).toEqual([['T', '*', ['*']]]);
  });

  it('has nobody to tell where there is no outbox', async () => {
    const other = await openOutboxStore();
    await announceAll(other.source);
    expect(await capturedTables(other.source)).toEqual([]);
    await other.close();
  });
});
