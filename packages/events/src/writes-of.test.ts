// What a transaction is told that it wrote, before it commits.
import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureWrites, releaseWrites } from './capture.js';
import { rowsOf } from './runner.js';
import { openOutboxStore, type OutboxStore } from './testing/outbox-store.js';
import { markWrites, writesOf, type Writes } from './writes-of.js';

let store: OutboxStore;
let session: QueryRunner;
beforeAll(async () => {
  store = await openOutboxStore();
  session = await store.session();
  await store.source.query(`
    CREATE TABLE reviews (id bigint PRIMARY KEY, rating integer);
    CREATE TABLE comments (id bigint PRIMARY KEY, review_id bigint REFERENCES reviews ON DELETE CASCADE);
    CREATE TABLE notes (id bigint PRIMARY KEY);
    CREATE TABLE parts (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10)`);
  await captureWrites(store.source, { table: 'reviews', contents: [['id']], lists: [] });
  await captureWrites(store.source, { table: 'comments', contents: [['review_id']], lists: [] });
  await captureWrites(store.source, { table: 'parts', contents: [['id']], lists: [] });
});
afterAll(() => store.close());

/** What it wrote, and its own id as PostgreSQL has it. */
async function written(
  ...statements: readonly string[]
): Promise<{ tags: readonly string[]; isOwn: boolean | null }> {
  await session.query(`BEGIN; ${markWrites}`);
  for (const statement of statements) await session.query(statement);
  const { xid, tags } = await writesOf(session);
  const [own] = await rowsOf<{ xid: string }>(session, 'SELECT pg_current_xact_id()::text AS xid');
  await session.query('COMMIT');
  return { tags: tags.toSorted(), isOwn: xid === null ? null : xid === own?.xid };
}

const nothing = { tags: [], isOwn: null };

describe('writesOf', () => {
  it('is what the transaction wrote, each tag once, cascades included', async () => {
    const insert = 'INSERT INTO reviews VALUES (1, 1), (2, 1); INSERT INTO comments VALUES (1, 1), (2, 1)';
    expect(await written(insert)).toEqual({
      tags: ['comments:review_id=1', 'reviews:id=1', 'reviews:id=2'],
      isOwn: true,
    });
    expect(
      await written(
        'UPDATE reviews SET rating = 2 WHERE id = 1',
        'UPDATE reviews SET rating = 3 WHERE id = 1',
      ),
    ).toEqual({
      tags: ['reviews:id=1'],
      isOwn: true,
    });
    expect(await written('DELETE FROM reviews WHERE id = 1')).toEqual({
      tags: ['comments:review_id=1', 'reviews:id=1'],
      isOwn: true,
    });
  });

  it('is nothing where nothing was written', async () => {
    expect(await written()).toEqual(nothing);
    expect(await written('SELECT * FROM notes')).toEqual(nothing);
    expect(await written('SELECT pg_current_xact_id(); SELECT * FROM reviews FOR UPDATE')).toEqual(nothing);
    expect(await written('UPDATE reviews SET rating = rating')).toEqual(nothing);
    expect(await written('CREATE TEMPORARY TABLE own AS SELECT 1 AS one', 'DROP TABLE own')).toEqual(nothing);
  });

  it('knows savepoints: what was gone back to is not written, and a transaction has one id', async () => {
    expect(
      await written(
        'SAVEPOINT a; INSERT INTO reviews VALUES (10, 1); ROLLBACK TO a',
        'SAVEPOINT b; INSERT INTO reviews VALUES (11, 1)',
        'SAVEPOINT c; INSERT INTO reviews VALUES (12, 1); ROLLBACK TO c',
        'SAVEPOINT d; INSERT INTO notes VALUES (12); ROLLBACK TO d',
        'RELEASE b; INSERT INTO reviews VALUES (13, 1)',
      ),
    ).toEqual({ tags: ['reviews:id=11', 'reviews:id=13'], isOwn: true });
    expect(await written('SAVEPOINT a; INSERT INTO reviews VALUES (14, 1); ROLLBACK TO a')).toEqual(nothing);
  });

  it('is not what others write at the same time, nor what this session wrote before', async () => {
    const other = await store.session();
    await other.query(`BEGIN; ${markWrites}; INSERT INTO reviews VALUES (20, 1)`);
    await session.query(`BEGIN; ${markWrites}; INSERT INTO reviews VALUES (21, 1)`);
    await other.query('INSERT INTO reviews VALUES (22, 1)');
    const [ours, theirs]: Writes[] = [await writesOf(session), await writesOf(other)];
    await session.query('COMMIT');
    await other.query('COMMIT');
    expect(ours?.tags).toEqual(['reviews:id=21']);
    expect(theirs?.tags.toSorted()).toEqual(['reviews:id=20', 'reviews:id=22']);
    expect(ours?.xid).not.toBe(theirs?.xid);
    expect(await written()).toEqual(nothing);
  });

  it('is everything past a thousand tags', async () => {
    const insert = (from: number, count: number): string =>
      `INSERT INTO reviews SELECT i, 1 FROM generate_series(${from}, ${from + count - 1}) AS i`;
    expect((await written(insert(1_000, 1_000))).tags).toHaveLength(1_000);
    expect(await written(insert(10_000, 1_001))).toEqual({ tags: ['*'], isOwn: true });
  });

  it('is everything where it wrote past the capture', async () => {
    const everything = { tags: ['*'], isOwn: true };
    expect(await written('INSERT INTO notes VALUES (1)')).toEqual(everything);
    expect(await written('INSERT INTO reviews VALUES (30, 1)', 'DELETE FROM notes')).toEqual({
      tags: ['*', 'reviews:id=30'],
      isOwn: true,
    });
    expect(await written('TRUNCATE comments')).toEqual(everything);
    expect(await written('ALTER TABLE reviews ALTER COLUMN rating TYPE bigint')).toEqual(everything);
    await store.source.query('ALTER TABLE reviews DISABLE TRIGGER selvedge_capture_update');
    expect(await written('UPDATE reviews SET rating = 9 WHERE id = 2')).toEqual(everything);
    await store.source.query('ALTER TABLE reviews ENABLE TRIGGER selvedge_capture_update');
    await releaseWrites(store.source, 'comments');
    expect(await written('INSERT INTO comments VALUES (5, 2)')).toEqual(everything);
    await captureWrites(store.source, { table: 'comments', contents: [['review_id']], lists: [] });
    expect(await written('DELETE FROM comments')).toEqual({ tags: ['comments:review_id=2'], isOwn: true });
  });

  it('is everything where triggers were switched off for the session', async () => {
    const replica = store.admin.createQueryRunner();
    try {
      await replica.query(
        `BEGIN; ${markWrites}; SET LOCAL session_replication_role = replica; UPDATE reviews SET rating = 8 WHERE id = 2`,
      );
      expect((await writesOf(replica)).tags).toEqual(['*']);
    } finally {
      await replica.query('ROLLBACK');
      await replica.release();
    }
  });

  it('is everything where it was not marked at its begin', async () => {
    await session.query('BEGIN; UPDATE reviews SET rating = 55 WHERE id = 2');
    expect((await writesOf(session)).tags).toEqual(['*']);
    await session.query('COMMIT');
    await session.query(`BEGIN; ${markWrites}`);
    await session.query('UPDATE reviews SET rating = 56 WHERE id = 2');
    // Nobody can tell what the one before it was told to write.
    await session.query('COMMIT; BEGIN');
    expect(await writesOf(session)).toEqual({ xid: null, tags: ['*'] });
    await session.query('COMMIT');
  });

  it('knows a partition by its table', async () => {
    expect(await written('INSERT INTO parts VALUES (1)')).toEqual({ tags: ['parts:id=1'], isOwn: true });
    expect(await written('UPDATE parts_low SET id = 2 WHERE id = 1')).toEqual({
      tags: ['parts:id=1', 'parts:id=2'],
      isOwn: true,
    });
    expect(await written('CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (20)')).toEqual({
      tags: ['*'],
      isOwn: true,
    });
  });

  it('has deferred triggers run, which write at the commit', async () => {
    await store.source.query(`
      CREATE TABLE ratings (id bigint PRIMARY KEY);
      CREATE FUNCTION rate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE reviews SET rating = coalesce(rating, 0) + 1 WHERE id = NEW.id; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER rate AFTER INSERT ON ratings DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION rate()`);
    await captureWrites(store.source, { table: 'ratings', contents: [['id']], lists: [] });
    expect(await written('INSERT INTO ratings VALUES (2)')).toEqual({
      tags: ['ratings:id=2', 'reviews:id=2'],
      isOwn: true,
    });
  });

  it('looks at no rows of others, however many there are', async () => {
    await session.query(`BEGIN; ${markWrites}; UPDATE reviews SET rating = 77 WHERE id = 2`);
    const read = 'SELECT pg_stat_get_xact_tuples_returned($1::regclass)::int AS rows';
    const [before] = await rowsOf<{ rows: number }>(session, read, ['selvedge_outbox']);
    await writesOf(session);
    const [after] = await rowsOf<{ rows: number }>(session, read, ['selvedge_outbox']);
    await session.query('COMMIT');
    expect((after?.rows ?? 0) - (before?.rows ?? 0)).toBeLessThan(10);
  });
});
