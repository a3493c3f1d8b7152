// The store when its server is not there, goes away, comes back, or only keeps silent; and what of a column's value changes
// on the way.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  createTestStore,
  startPrivatePostgres,
  type PrivatePostgres,
  type TestStore,
} from '@selvedge/testkit';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorId, libraryDefinition } from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';
import { migrate } from './migrate.js';
import { insertRows } from './seed.js';
import { statement } from './statement.js';
import { Store } from './store.js';

const patience = { timeout: 20_000 };
const authorQuery = { query: `{ author(id: "${authorId(1)}") { firstName } }` };
const author = { data: { author: { firstName: 'First1' } } };
const entities = {
  query: 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { firstName } } }',
  variables: { r: [{ __typename: 'Author', id: authorId(1) }] },
};
const unavailable = {
  message: 'The store of this subgraph cannot be reached at the moment.',
  extensions: { code: 'STORE_UNAVAILABLE' },
};

const readiness = async ({ url }: RunningLibrary): Promise<unknown> => {
  const response = await fetch(`${url}/readiness`);
  return { status: response.status, body: await response.json() };
};
const up = { status: 200, body: { status: 'UP', oldestWriteSeconds: expect.any(Number) as unknown } };

describe('a server that is killed', () => {
  let postgres: PrivatePostgres;
  let library: RunningLibrary;
  const log: string[] = [];

  beforeAll(async () => {
    postgres = await startPrivatePostgres();
    postgres.kill();
    library = await startLibrary({ config: { databaseUrl: postgres.url }, logTo: log });
  });
  afterAll(async () => {
    await library.stop();
    await postgres.stop();
  });

  it('at start: the subgraph listens, says so, and is ready by itself once the server is there', async () => {
    expect(await readiness(library)).toEqual({
      status: 503,
      body: { status: 'DOWN', reason: 'the store is not prepared yet' },
    });
    expect(await library.post(authorQuery)).toMatchObject({
      status: 503,
      body: {
        errors: [
          {
            message: 'The subgraph is not ready: its store is not prepared yet.',
            extensions: { code: 'STORE_UNAVAILABLE' },
          },
        ],
      },
    });
    expect((await fetch(`${library.url}/health`)).status).toBe(200);
    await postgres.restart();
    await library.ready;
    expect(await readiness(library)).toEqual(up);
    expect((await library.post(authorQuery)).body).toEqual(author);
  });

  it('under traffic: every answer is the data or a clear error with its path, and it recovers by itself', async () => {
    const answers: unknown[] = [];
    let isOver = false;
    const client = async (body: object): Promise<void> => {
      while (!isOver) answers.push((await library.post(body)).body);
    };
    const clients = [authorQuery, entities, authorQuery, entities].map(client);
    await expect.poll(() => answers.length, patience).toBeGreaterThan(20);
    postgres.kill();
    await expect
      .poll(
        () => answers.filter((answer) => JSON.stringify(answer).includes('STORE_UNAVAILABLE')).length,
        patience,
      )
      .toBeGreaterThan(20);
    expect(await readiness(library)).toEqual({
      status: 503,
      body: { status: 'DOWN', reason: 'the store cannot be reached' },
    });
    await postgres.restart();
    await expect.poll(() => readiness(library), patience).toEqual(up);
    await expect.poll(() => answers.at(-1), patience).toHaveProperty('data');
    isOver = true;
    await Promise.all(clients);
    const allowed: unknown[] = [
      author,
      {
        data: { author: null },
        errors: [{ ...unavailable, path: ['author'], locations: expect.anything() as unknown }],
      },
      { data: { _entities: [{ firstName: 'First1' }] } },
      {
        data: null,
        errors: [{ ...unavailable, path: ['_entities'], locations: expect.anything() as unknown }],
      },
    ];
    for (const answer of answers) expect(allowed).toContainEqual(answer);
  });

  it('in a transaction that is between two statements: the process lives, and the client is told why', async () => {
    const lost = library.store.transaction(async (manager) => {
      await manager.query('SELECT 1');
      postgres.kill();
      // The end of an idle session is heard of in its own time.
      await expect.poll(() => library.store.isReachable(), patience).toBe(false);
      await manager.query('SELECT 2');
    });
    await expect(lost).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await postgres.restart();
    await expect.poll(() => library.store.isReachable(), patience).toBe(true);
    expect((await library.post(authorQuery)).body).toEqual(author);
  });

  it('with all connections idle: the process lives and logs what it lost', async () => {
    await library.post(authorQuery);
    log.length = 0;
    postgres.kill();
    await expect.poll(() => log.join(''), patience).toContain('an idle connection to the store was lost');
    await postgres.restart();
    await expect.poll(() => library.store.isReachable(), patience).toBe(true);
    expect((await library.post(authorQuery)).body).toEqual(author);
  });
});

describe('a server that keeps silent', () => {
  /** Forwards to the server until it is muted: then connections stay open and nothing comes any more. */
  async function mutableProxy(
    url: string,
  ): Promise<{ url: string; mute(): void; server: Server; sockets: Set<Socket> }> {
    const { hostname, port } = new URL(url);
    const sockets = new Set<Socket>();
    const server = createServer((inbound) => {
      const outbound = connect(Number(port), hostname);
      for (const socket of [inbound, outbound]) {
        sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            inbound.destroy();
            outbound.destroy();
          });
      }
      inbound.pipe(outbound).pipe(inbound);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxied = new URL(url);
    proxied.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const mute = (): void => {
      for (const socket of sockets) socket.unpipe().pause();
    };
    return { url: proxied.href, mute, server, sockets };
  }

  it('is given up on in the time of a statement and a second', async () => {
    const testStore = await createTestStore();
    const proxy = await mutableProxy(testStore.url);
    const store = new Store({ url: proxy.url, entities: [], migrations: [], statementTimeout: 200 });
    await store.open();
    expect(await store.isReachable()).toBe(true);
    proxy.mute();
    await expect(store.query(statement('SELECT 1 AS one'), [])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    for (const socket of proxy.sockets) socket.destroy();
    expect(await store.query(statement('SELECT 1 AS one'), [])).toEqual([{ one: 1 }]);
    await store.close();
    proxy.server.close();
    await testStore.drop();
  });
});

describe('opening', () => {
  it('may be tried again after the server went away in the middle of it', async () => {
    const testStore = await createTestStore();
    const store = new Store({ url: testStore.url, entities: [], migrations: [] });
    const { driver } = store.dataSource;
    const afterConnect = driver.afterConnect.bind(driver);
    // Where TypeORM gives up on the pool.
    driver.afterConnect = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await expect(store.open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    driver.afterConnect = afterConnect;
    await store.open();
    expect(await store.isReachable()).toBe(true);
    await store.close();
    await store.close();
    expect(await store.isReachable()).toBe(false);
    await testStore.drop();
  });

  it('that is tried often leaves no listeners behind', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on('warning', note);
    const store = new Store({ url: 'postgres://nobody@127.0.0.1:1/nothing', entities: [], migrations: [] });
    for (let time = 0; time < 15; time += 1)
      await expect(store.open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await store.close();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

const json = {
  from: (text: string | null): unknown => (text === null ? null : JSON.parse(text)),
  to: (value: unknown): string | null => (value === null ? null : JSON.stringify(value)),
};

@Entity('samples')
class Sample {
  @PrimaryColumn('integer') id!: number;
  @Column({ type: 'char', length: 3 }) code!: string;
  @Column({ type: 'date' }) day!: string;
  @Column({ type: 'enum', enumName: 'mood', enum: ['glad', 'sad'] }) mood!: string;
  @Column({ type: 'text', nullable: true, transformer: json })
  tags!: string[] | null;
}

describe('migrating', () => {
  it('needs one connection, and gives it back with neither lock nor liberty', async () => {
    const testStore = await createTestStore();
    const { migrations } = libraryDefinition.store;
    const store = new Store({ url: testStore.url, entities: [], migrations, poolSize: 1 });
    await migrate(store);
    expect(await store.query(statement('SHOW statement_timeout'), [])).toEqual([
      { statement_timeout: '15s' },
    ]);
    const locks = statement(
      `SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`,
    );
    expect(await store.query(locks, [])).toEqual([]);
    await store.close();
    await testStore.drop();
  });
});

describe('values', () => {
  let store: Store;
  let testStore: TestStore;
  beforeAll(async () => {
    testStore = await createTestStore();
    store = new Store({ url: testStore.url, entities: [Sample], migrations: [] });
    await store.open();
    await store.transaction(async (manager) => {
      await manager.query(`CREATE TYPE mood AS ENUM ('glad', 'sad')`);
      await manager.query(
        'CREATE TABLE samples (id integer PRIMARY KEY, code char(3) NOT NULL, day date NOT NULL, mood mood NOT NULL, tags text)',
      );
    });
  });
  afterAll(async () => {
    await store.close();
    await testStore.drop();
  });
  afterEach(() => store.transaction((manager) => manager.query('TRUNCATE samples')));

  const sample = { id: 1, code: 'abc', day: '2026-03-01', mood: 'sad', tags: ['x', 'y'] };

  it('inserted in bulk are the ones that TypeORM finds: whole codes, plain days, enums, transformed', async () => {
    await store.transaction((manager) => insertRows(manager, Sample, [sample]));
    expect(await store.dataSource.manager.find(Sample)).toEqual([sample]);
    expect(await store.query(statement('SELECT * FROM samples'), [])).toEqual([
      { ...sample, tags: '["x","y"]' },
    ]);
  });

  it('of more rows than one batch go in with as many statements as batches', async () => {
    const batches: number[] = [];
    const rows = Array.from({ length: 4_001 }, (_, id) => ({ ...sample, id }));
    const inserted = await store.transaction((manager) =>
      insertRows(manager, Sample, rows, (done) => batches.push(done)),
    );
    expect(inserted).toBe(4_001);
    expect(batches).toEqual([2_000, 4_000, 4_001]);
  });

  it('of a property that no column backs are refused', async () => {
    const wrong = [{ ...sample, size: 3 }];
    await expect(store.transaction((manager) => insertRows(manager, Sample, wrong))).rejects.toThrow(
      'expected a column of Sample (id, code, day, mood, tags) but got "size"',
    );
  });

  it('with NUL are the client’s fault; all other data exceptions are ours', async () => {
    const select = statement('SELECT $1::text AS text');
    await expect(store.query(select, ['a\u0000'])).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'expected a text without NUL but got one with it',
    });
    const update = (id: unknown): Promise<unknown> =>
      store.transaction((manager) => manager.query('UPDATE samples SET id = $1', [id]));
    await expect(update('x')).rejects.toMatchObject({ code: '22P02' });
    await expect(update(2 ** 40)).rejects.toMatchObject({ code: '22003' });
  });

  it('of a column whose type another process changes are read on', async () => {
    await store.transaction((manager) => insertRows(manager, Sample, [sample]));
    const select = statement('SELECT id FROM samples');
    expect(await store.query(select, [])).toEqual([{ id: 1 }]);
    await store.transaction((manager) => manager.query('ALTER TABLE samples ALTER id TYPE bigint'));
    expect(await store.query(select, [])).toEqual([{ id: '1' }]);
    await store.transaction((manager) => manager.query('ALTER TABLE samples ALTER id TYPE integer'));
  });
});

describe('entities that reads cannot serve', () => {
  @Entity('lists')
  class WithList {
    @PrimaryColumn('integer') id!: number;
    @Column('simple-array') tags!: string[];
  }
  @Entity('moods')
  class WithNamelessEnum {
    @PrimaryColumn('integer') id!: number;
    @Column({ type: 'enum', enum: ['a'] }) mood!: string;
  }

  it.each([
    [
      WithList,
      'expected WithList.tags to have a type of PostgreSQL, such as text[] or jsonb, but got simple-array',
    ],
    [
      WithNamelessEnum,
      'expected WithNamelessEnum.mood to name its PostgreSQL type, as in @Column({ type: "enum", enumName: "colour" }), but got no name',
    ],
  ])('are refused: %o', async (entity, message) => {
    const testStore = await createTestStore();
    const store = new Store({ url: testStore.url, entities: [entity], migrations: [] });
    await store.open();
    expect(() => store.table(entity)).toThrow(message);
    await store.close();
    await testStore.drop();
  });
});
