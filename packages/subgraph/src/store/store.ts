// One PostgreSQL pool, shared by TypeORM (metadata, migrations, transactions) and by the batched reads. It opens when the
// server can be reached, however late that is, and keeps saying so truthfully.
import pg from 'pg';
import {
  DataSource,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  type EntityManager,
  type EntityTarget,
  type MigrationInterface,
  type ObjectLiteral,
  type QueryRunner,
} from 'typeorm';
import type { ServerIdentity } from './cluster.js';
import { Leases, type KnownRows } from './leases.js';
import { statement, type RawRow, type Statement } from './statement.js';
import { codeOf, requestTimeout, storeError, storeUnavailable } from './store-error.js';
import { tableOf, type Table } from './table.js';
import type { ReadStatement } from './with-snapshot.js';

/** A TypeORM entity: a class with `@Entity` and explicit column types. */
/** A class that TypeORM's `@Entity` decorates. */
export type EntityClass<E extends object = object> = new () => E;

/** Where the store is, and what is in it. */
export interface StoreOptions {
  /** A PostgreSQL connection URL; the role in it should be able to reach this store only. */
  readonly url: string;
  readonly entities: readonly EntityClass[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Connections at most; 10 unless told. */
  readonly poolSize?: number;
  /** Milliseconds after which PostgreSQL gives up on one statement; 15,000 unless told. Migrations and the seed have no bound. */
  readonly statementTimeout?: number;
  /** Called for every statement of the reads before it is sent. */
  readonly onStatement?: (statement: Statement) => void;
  /** Called for errors on idle connections, which no caller waits for. */
  readonly onIdleError?: (error: Error) => void;
}

/** As much of a store as reads need. */
export interface StoreReads {
  query(statement: ReadStatement, values: unknown[]): Promise<RawRow[]>;
  table(entity: EntityTarget<ObjectLiteral>): Table;
}

/** A server that still accepts but no longer answers is given this long beyond the statement's own time, in milliseconds. */
const silenceMilliseconds = 1_000;
/** The same for the probe of `isReachable`. */
const probeMilliseconds = 2_000;

/** Errors that leave it are client errors where a client may be told; see `storeError`. */
export class Store {
  readonly dataSource: DataSource;
  readonly #pool: pg.Pool;
  readonly #tables = new Map<EntityTarget<ObjectLiteral>, Table>();
  readonly #onStatement: StoreOptions['onStatement'];
  readonly #leases: Leases;
  #statements = 0;

  constructor(options: StoreOptions) {
    const statementTimeout = options.statementTimeout ?? 15_000;
    this.#onStatement = options.onStatement;
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize ?? 10,
      connectionTimeoutMillis: 5_000,
      statement_timeout: statementTimeout,
      keepAlive: true,
      types: { getTypeParser },
    });
    this.#leases = new Leases(this.#pool, statementTimeout + silenceMilliseconds);
    this.#pool.on('error', (error) => options.onIdleError?.(error));
    this.dataSource = new DataSource({
      type: 'postgres',
      driver: driverWith(this.#pool),
      entities: [...options.entities],
      migrations: [...options.migrations],
      migrationsTableName: 'selvedge_migrations',
      synchronize: false,
      installExtensions: false,
      logging: false,
    });
  }

  /** Whether it has been opened and not closed; says nothing of whether the server can be reached now. */
  get isOpen(): boolean {
    return this.dataSource.isInitialized;
  }

  /** How many statements reads and transactions of this process have sent; tests count round trips with it. */
  get statementCount(): number {
    return this.#statements;
  }

  /**
   * Connects and reads the entities' metadata. May be called again after it failed.
   *
   * @throws STORE_UNAVAILABLE while the server cannot be reached
   */
  async open(): Promise<void> {
    if (this.isOpen) return;
    try {
      await this.dataSource.initialize();
    } catch (error) {
      throw storeError(error);
    }
  }

  /** Ends the connections; waits for those that are in use. A closed store cannot be opened again. */
  async close(): Promise<void> {
    if (this.isOpen) await this.dataSource.destroy();
    if (!this.#pool.ending) await this.#pool.end();
  }

  /** What the reads need to know of the entity's table. */
  table(entity: EntityTarget<ObjectLiteral>): Table {
    let table = this.#tables.get(entity);
    if (table === undefined) {
      if (!this.isOpen) throw storeUnavailable();
      table = tableOf(this.dataSource.getMetadata(entity));
      this.#tables.set(entity, table);
    }
    return table;
  }

  /**
   * Runs one prepared statement on any free connection.
   *
   * @param deadline on the clock of `performance.now()`, after which nobody waits for the rows
   * @throws STORE_UNAVAILABLE when the server is away, REQUEST_TIMEOUT at the deadline, what `storeError` makes of all else
   */
  query(statement: Statement, values: unknown[], deadline = Infinity): Promise<RawRow[]> {
    return this.#send(statement, values, deadline, (config) => this.#leases.query<RawRow>(config, deadline));
  }

  /** The same, and to which server; for a statement that brings its snapshot. */
  queryKnown(statement: Statement, values: unknown[], deadline = Infinity): Promise<KnownRows> {
    return this.#send(statement, values, deadline, (config) => this.#leases.queryKnown(config, deadline));
  }

  /** The server that is behind a connection of now. */
  async server(): Promise<ServerIdentity> {
    return (await this.queryKnown(statement('SELECT 1'), [])).server;
  }

  async #send<T>(
    statement: Statement,
    values: unknown[],
    deadline: number,
    send: (config: pg.QueryConfig) => Promise<T>,
  ): Promise<T> {
    if (performance.now() >= deadline) throw requestTimeout();
    this.#statements += 1;
    this.#onStatement?.(statement);
    const { name, text } = statement;
    try {
      return await send({ name, text, values });
    } catch (error) {
      if (performance.now() >= deadline) throw requestTimeout(error);
      if (!isStalePlan(error)) throw storeError(error);
    }
    try {
      return await send({ text, values });
    } catch (error) {
      throw performance.now() >= deadline ? requestTimeout(error) : storeError(error);
    }
  }

  /** The reads of this store for a request that nobody waits for after the deadline; null for one without. */
  until(deadline: number | null): StoreReads {
    if (deadline === null) return this;
    return {
      query: (statement, values) => this.query(statement, values, deadline),
      table: (entity) => this.table(entity),
    };
  }

  /**
   * Runs the work in one transaction; what it throws rolls everything back.
   *
   * @throws STORE_UNAVAILABLE when the server is away or goes away; then a commit may have happened or not
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.withRunner((runner) => runner.manager.transaction(work));
    } catch (error) {
      throw storeError(error);
    }
  }

  /**
   * Lends TypeORM's query runner on one connection, for work that needs more of a transaction than `transaction` has. What the work
   * has set for the session (a role, a search path, a temporary table) shapes no answer but its own.
   */
  async withRunner<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    this.#statements += 1;
    try {
      if (!this.isOpen) await this.open();
      const runner = this.dataSource.createQueryRunner();
      try {
        const connection = (await runner.connect()) as pg.Client;
        return await work(runner).finally(() => reset(runner, connection));
      } finally {
        // What the work threw says more than that a lost connection cannot be given back.
        await runner.release().catch(() => undefined);
      }
    } catch (error) {
      throw isOfLostConnection(error) ? storeUnavailable(error) : error;
    }
  }

  /** Whether a statement gets through right now. */
  async isReachable(): Promise<boolean> {
    const probe = { text: 'SELECT 1', query_timeout: probeMilliseconds };
    try {
      await this.#pool.query(probe);
      return true;
    } catch {
      return false;
    }
  }
}

/** A connection that cannot be reset is lent to nobody any more: the pool notices that it has ended. */
async function reset(runner: QueryRunner, connection: pg.Client): Promise<void> {
  try {
    await runner.query(resetSession);
  } catch {
    void connection.end().catch(() => undefined);
  }
}

/** Parameters are as they were at the connection's begin; prepared statements stay. */
const resetSession = 'RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP';

/** What TypeORM says of every query of a transaction once its connection is lost. */
function isOfLostConnection(error: unknown): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/**
 * A migration by another process has changed the type of a column that this connection has a prepared statement on.
 * PostgreSQL refuses that statement for as long as the connection lives.
 */
function isStalePlan(error: unknown): boolean {
  return codeOf(error) === '0A000' && error instanceof Error && error.message.startsWith('cached plan');
}

/** A `date` stays the text that it is, as in TypeORM; node-postgres would make it midnight in the server's own time zone. */
const getTypeParser: typeof pg.types.getTypeParser = (type, format): unknown =>
  type === pg.types.builtins.DATE ? (text: string) => text : pg.types.getTypeParser(type, format);

/**
 * TypeORM makes its pool with the driver's `Pool`. It gets ours, to keep the two on one set of connections, but not to end
 * it: it does so where the server goes away while it initialises, and an ended pool could not be opened again.
 */
function driverWith(pool: pg.Pool): object {
  const shared = {
    connect: pool.connect.bind(pool),
    on: () => shared,
    end: (done: () => void) => {
      done();
    },
  };
  // A constructor that returns an object gives that object to `new`.
  function SharedPool(): typeof shared {
    return shared;
  }
  return { ...pg, Pool: SharedPool };
}
