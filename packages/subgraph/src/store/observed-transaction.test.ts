// What a router is told of writes: all that was committed, nothing else, and never "nothing" where it cannot be known.
import { setTimeout } from 'node:timers/promises';
import { createTestStore, testAdminUrl, type NodeProcess, type TestStore } from '@selvedge/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asking, capturedLibrary, extensionOf } from '../testing/captured-library.js';
import { authorId } from '../testing/library.js';
import { bundleLibrary, type LibraryBundle } from '../testing/library-bundle.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';
import { observedTransaction } from './observed-transaction.js';
import { Store } from './store.js';

describe('the writes of an operation', () => {
  let library: RunningLibrary;
  beforeAll(async () => {
    library = await startLibrary(capturedLibrary);
  });
  afterAll(() => library.stop());

  const sql = (...texts: string[]): object => ({
    query: `mutation { ${texts.map((text, index) => `m${index}: sql(text: ${JSON.stringify(text)})`).join(' ')} }`,
  });
  const bookTags = ['books:', `books:author_id=${authorId(1)}`, 'books:id=3'];

  it('are all that its transactions have committed, with their ids', async () => {
    const posted = await library.post(
      sql(
        "UPDATE books SET title = 'x' WHERE id = 3",
        "UPDATE authors SET bio = 'x' WHERE id = '" + authorId(2) + "'",
      ),
      asking,
    );
    const extension = extensionOf(posted);
    expect(extension?.writes?.tags.toSorted()).toEqual(
      [`authors:email=author2@example.com`, `authors:id=${authorId(2)}`, ...bookTags].toSorted(),
    );
    const ids = (extension?.writes?.xids ?? []).map(BigInt);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBeLessThan(ids[1] ?? 0n);
    expect(extension).not.toHaveProperty('answer');
    expect(extension?.cluster).toMatch(/^\d+\/1$/);
  });

  it('are told where the operation fails after one of them', async () => {
    const posted = await library.post(
      sql("UPDATE books SET title = 'y' WHERE id = 3", 'SELECT 1/0', 'UPDATE nothing SET a = 1'),
      asking,
    );
    expect(posted.body).toMatchObject({ errors: [{}, {}] });
    expect(extensionOf(posted)?.writes?.xids).toHaveLength(1);
    expect(extensionOf(posted)?.writes?.tags.toSorted()).toEqual(bookTags);
  });

  it('are none where nothing was written, and none without the header', async () => {
    expect(extensionOf(await library.post(sql('SELECT 1', 'SELECT 1/0'), asking))).not.toHaveProperty(
      'writes',
    );
    const { body } = await library.post(sql('UPDATE books SET pages = 7 WHERE id = 3'));
    expect(body).toEqual({ data: { m0: 'done' } });
  });

  it('are told of a query that writes, whose answer is not to be kept', async () => {
    const extension = extensionOf(await library.post({ query: '{ counted(id: "3") }' }, asking));
    expect(extension?.writes?.tags.toSorted()).toEqual([...bookTags, 'books[]']);
    expect(extension?.answer?.refusal).toBe('a transaction ran');
  });

  it('are everything where the table is not captured, and where the store has no outbox', async () => {
    const reader = `INSERT INTO readers VALUES ('${authorId(1)}', 'x') ON CONFLICT DO NOTHING`;
    expect(extensionOf(await library.post(sql(reader), asking))?.writes?.tags).toEqual(['*']);
    const bare = await startLibrary();
    const query = 'mutation { renameBook(id: "3", title: "x") { book { title } } }';
    const posted = await bare.post({ query }, asking);
    expect(posted.body).toMatchObject({ data: { renameBook: { book: { title: 'x' } } } });
    expect(extensionOf(posted)?.writes).toEqual({ xids: [expect.any(String)], tags: ['*'] });
    await bare.stop();
  });

  it('are not made up where the connection is lost at the commit: then there is no answer', async () => {
    const runner = vi.spyOn(library.store.dataSource, 'createQueryRunner');
    runner.mockImplementationOnce((...mode) => {
      runner.mockRestore();
      const made = library.store.dataSource.createQueryRunner(...mode);
      vi.spyOn(made, 'commitTransaction').mockImplementation(async () => {
        await made.query('SELECT pg_terminate_backend(pg_backend_pid())');
      });
      return made;
    });
    const response = await fetch(`${library.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...asking },
      body: JSON.stringify(sql('UPDATE books SET pages = 8 WHERE id = 3')),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('expected to hear whether a transaction was committed');
  });

  it.each([
    'CREATE SCHEMA IF NOT EXISTS other; CREATE TABLE IF NOT EXISTS other.books (LIKE public.books); SET search_path TO other',
    'CREATE TEMPORARY TABLE books (LIKE public.books)',
    "SET TimeZone TO 'Asia/Kolkata'; SET statement_timeout TO 1",
    'SET ROLE pg_monitor',
  ])('leave nothing in the session that would shape what others read: %s', async (text) => {
    const admin = new pg.Client(testAdminUrl());
    await admin.connect();
    await admin.query(`GRANT pg_monitor TO "${decodeURIComponent(new URL(library.databaseUrl).username)}"`);
    await admin.end();
    const session = `SELECT current_user, to_regclass('books')::oid AS books, current_setting('TimeZone') AS zone,
      current_setting('statement_timeout') AS bound, current_setting('search_path') AS path`;
    const states = async (): Promise<unknown[]> => {
      // All connections of the pool, of which any may be the next.
      const all = await Promise.all(
        Array.from({ length: 10 }, () =>
          library.store.dataSource.query<object[]>(`${session}, pg_sleep(0.05)`),
        ),
      );
      return all.flat().map((state) => JSON.stringify(state));
    };
    const before = new Set(await states());
    for (const headers of [asking, {}]) {
      await library.post(sql(text), headers);
      expect(new Set(await states())).toEqual(before);
    }
  });

  it('are everything where the work ended the transaction by itself', async () => {
    const posted = await library.post(sql(`UPDATE books SET pages = 9 WHERE id = 3; COMMIT`), asking);
    expect(extensionOf(posted)?.writes).toEqual({ xids: [], tags: ['*'] });
  });

  it('are none where the server itself refuses the commit', async () => {
    const { dataSource } = library.store;
    await dataSource.query(
      'ALTER TABLE authors ADD CONSTRAINT one_of_a_name UNIQUE (first_name) DEFERRABLE INITIALLY DEFERRED',
    );
    const posted = await library.post(sql("UPDATE authors SET first_name = 'same'"), asking);
    expect(posted).toMatchObject({ status: 200, body: { errors: [{}] } });
    expect(extensionOf(posted)).not.toHaveProperty('writes');
  });
});

describe('a transaction after the deadline', () => {
  let testStore: TestStore;
  let bundle: LibraryBundle;
  let child: NodeProcess;
  let url: string;
  beforeAll(async () => {
    testStore = await createTestStore();
    bundle = await bundleLibrary();
    child = bundle.spawn([], { DATABASE_URL: testStore.url, SEED_SCALE: '2' });
    ({ url } = await child.waitFor('listening'));
    await child.waitFor('ready');
  });
  afterAll(async () => {
    await child.kill();
    await bundle.remove();
    await testStore.drop();
  });

  const rename = (title: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: `mutation { renameBook(id: "1", title: "${title}") { book { id } } }` }),
    });

  /** The title, once a transaction has ended whose process stood still from before it could commit until after the deadline. */
  async function titleAfterStandstill(title: string, headers: Record<string, string>): Promise<string> {
    const client = new pg.Client(testStore.url);
    client.on('error', () => undefined);
    await client.connect();
    const others = async (condition: string): Promise<number> => {
      const { rows } = await client.query<{ n: number }>(
        `SELECT count(*)::int4 AS n FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
      );
      return rows[0]?.n ?? 0;
    };
    await client.query('BEGIN');
    await client.query('SELECT FROM books WHERE id = 1 FOR UPDATE');
    const answered = rename(title, { ...headers, 'x-envoy-expected-rq-timeout-ms': '2000' }).catch(
      () => null,
    );
    await expect.poll(() => others("wait_event_type = 'Lock'"), { timeout: 10_000 }).toBe(1);
    process.kill(child.pid, 'SIGSTOP');
    await client.query('COMMIT');
    await setTimeout(3_000);
    process.kill(child.pid, 'SIGCONT');
    await answered;
    await expect.poll(() => others('backend_xid IS NOT NULL'), { timeout: 10_000 }).toBe(0);
    const { rows } = await client.query<{ title: string }>('SELECT title FROM books WHERE id = 1');
    await client.end();
    return rows[0]?.title ?? '';
  }

  it('would be committed, did the server not see to it', async () => {
    expect(await titleAfterStandstill('unbounded', {})).toBe('unbounded');
  }, 40_000);

  it('is not committed, though its process stood still meanwhile', async () => {
    expect(await titleAfterStandstill('late', asking)).not.toBe('late');
  }, 40_000);

  /** What came of a mutation that nobody waited for any more when its process, which stood still, began to read it. */
  async function afterLyingUnread(
    title: string,
    headers: Record<string, string>,
  ): Promise<{ title: string; status: number; body: unknown }> {
    process.kill(child.pid, 'SIGSTOP');
    const answered = rename(title, { ...asking, 'x-envoy-expected-rq-timeout-ms': '1000', ...headers });
    await setTimeout(1_500);
    process.kill(child.pid, 'SIGCONT');
    const response = await answered;
    const client = new pg.Client(testStore.url);
    await client.connect();
    const { rows } = await client.query<{ title: string }>('SELECT title FROM books WHERE id = 1');
    await client.end();
    return { title: rows[0]?.title ?? '', status: response.status, body: await response.json() };
  }

  it('would be committed where time counts from when it is read', async () => {
    expect(await afterLyingUnread('counted anew', {})).toMatchObject({ title: 'counted anew', status: 200 });
  }, 40_000);

  it('is not begun where the request says when it is over', async () => {
    const after = await afterLyingUnread('unread', { 'x-selvedge-write-until': String(Date.now() + 1_000) });
    expect(after.title).not.toBe('unread');
    expect(after.status).toBe(408);
    // Nothing was written: the router need not pass the store by.
    expect(after.body).toMatchObject({
      errors: [{ extensions: { code: 'REQUEST_EXPIRED' } }],
      extensions: { selvedgeCache: { cluster: null } },
    });
    expect(
      (after.body as { extensions: { selvedgeCache: object } }).extensions.selvedgeCache,
    ).not.toHaveProperty('writes');
  }, 40_000);
});

describe('a bounded transaction', () => {
  let library: RunningLibrary;
  beforeAll(async () => {
    library = await startLibrary(capturedLibrary);
  });
  afterAll(() => library.stop());

  const count = async (): Promise<unknown> => library.store.dataSource.query('SELECT sum(pages) FROM books');

  it.each([180_000, 160_000])('ends at its deadline, on a server of version %d', async (version) => {
    const before = await count();
    const late = observedTransaction(
      library.store,
      async (manager) => {
        await manager.query('UPDATE books SET pages = pages + 1');
        await setTimeout(900);
        await manager.query('SELECT 1');
      },
      { deadline: { at: performance.now() + 600, until: null }, hasOutbox: true, serverVersion: version },
    );
    await expect(late).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    expect(await count()).toEqual(before);
  });

  it('is not begun after it', async () => {
    const begin = vi.fn(() => Promise.resolve());
    const terms = { deadline: { at: performance.now() - 1, until: null }, hasOutbox: true };
    await expect(observedTransaction(library.store, begin, terms)).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
    });
    expect(begin).not.toHaveBeenCalled();
  });

  it('ends when the day’s clock says so, though that of the process has stood still', async () => {
    const before = await count();
    const now = vi.spyOn(Date, 'now');
    const terms = {
      deadline: { at: performance.now() + 20_000, until: Date.now() + 20_000 },
      hasOutbox: true,
    };
    const late = observedTransaction(
      library.store,
      async (manager) => {
        await manager.query('UPDATE books SET pages = pages + 1');
        now.mockReturnValue(terms.deadline.until);
      },
      terms,
    );
    await expect(late).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    now.mockRestore();
    expect(await count()).toEqual(before);
  });

  it('gives back what it is given, in time', async () => {
    const terms = { deadline: { at: performance.now() + 20_000, until: null }, hasOutbox: true };
    await expect(observedTransaction(library.store, () => Promise.resolve(7), terms)).resolves.toMatchObject({
      result: 7,
      xid: null,
      tags: [],
    });
  });

  it('says STORE_UNAVAILABLE of a store that is away', async () => {
    const away = new Store({ url: 'postgres://nobody@127.0.0.1:1/nothing', entities: [], migrations: [] });
    const terms = { deadline: { at: null, until: null }, hasOutbox: true };
    await expect(observedTransaction(away, () => Promise.resolve(), terms)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await away.close();
  });
});
