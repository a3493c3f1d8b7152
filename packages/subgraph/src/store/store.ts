// One PostgreSQL pool, shared by TypeORM (metadata, migrations, transactions) and by the batched reads. It opens when the
// server can be reached, however late that is, and keeps saying so truthfully.
import pg from 'pg';
import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type MigrationInterface,
  type ObjectLiteral,
} from 'typeorm';
import type { RawRow, Statement } from './statement.js';
import { storeError } from './store-error.js';
import { tableOf, type Table } from './table.js';

export type EntityClass<E extends object = object> = new () => E;

export interface StoreOptions {
  /** A PostgreSQL connection URL; the role in it should be able to reach this store only. */
  readonly url: string;
  readonly entities: readonly EntityClass[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Connections at most; 10 unless told. */
  readonly poolSize?: number;
  /** Milliseconds after which PostgreSQL gives up on one statement; 15,000 unless told. */
  readonly statementTimeout?: number;
  /** Called for every statement of the reads before it is sent. */
  readonly onStatement?: (statement: Statement) => void;
  /** Called for errors on idle connections, which no caller waits for. */
  readonly onIdleError?: (error: Error) => void;
}

export class Store {
  readonly dataSource: DataSource;
  readonly #pool: pg.Pool;
  readonly #tables = new Map<EntityTarget<ObjectLiteral>, Table>();
  readonly #onStatement: StoreOptions['onStatement'];
  #statements = 0;

  constructor(options: StoreOptions) {
    this.#onStatement = options.onStatement;
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize ?? 10,
      connectionTimeoutMillis: 5_000,
      statement_timeout: options.statementTimeout ?? 15_000,
      keepAlive: true,
    });
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

  get isOpen(): boolean {
    return this.dataSource.isInitialized;
  }

  /** How many statements reads and transactions of this process have sent; tests count round trips with it. */
  get statementCount(): number {
    return this.#statements;
  }

  /** Connects and reads the entities' metadata. Throws STORE_UNAVAILABLE while the server cannot be reached. */
  async open(): Promise<void> {
    if (this.isOpen) return;
    try {
      await this.dataSource.initialize();
    } catch (error) {
      throw storeError(error);
    }
  }

  async close(): Promise<void> {
    if (this.isOpen) await this.dataSource.destroy();
    else if (!this.#pool.ended) await this.#pool.end();
  }

  /** What the reads need to know of the entity's table. */
  table(entity: EntityTarget<ObjectLiteral>): Table {
    let table = this.#tables.get(entity);
    if (table === undefined) {
      if (!this.isOpen)
        throw storeError(Object.assign(new Error('the store is not open yet'), { code: 'ECONNREFUSED' }));
      table = tableOf(this.dataSource.getMetadata(entity));
      this.#tables.set(entity, table);
    }
    return table;
  }

  /** Runs one prepared statement on any free connection. */
  async query(statement: Statement, values: unknown[]): Promise<RawRow[]> {
    this.#statements += 1;
    this.#onStatement?.(statement);
    try {
      const result = await this.#pool.query<RawRow>({ name: statement.name, text: statement.text, values });
      return result.rows;
    } catch (error) {
      throw storeError(error);
    }
  }

  /** The same, with each row as an array in the order of the select list: a third less work where rows are only copied out. */
  async queryArrays(statement: Statement, values: unknown[]): Promise<unknown[][]> {
    this.#statements += 1;
    this.#onStatement?.(statement);
    try {
      const result = await this.#pool.query<unknown[]>({
        name: statement.name,
        text: statement.text,
        values,
        rowMode: 'array',
      });
      return result.rows;
    } catch (error) {
      throw storeError(error);
    }
  }

  /** Runs the work in one transaction; what it throws rolls everything back. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    this.#statements += 1;
    try {
      if (!this.isOpen) await this.open();
      return await this.dataSource.transaction(work);
    } catch (error) {
      throw storeError(error);
    }
  }

  /** A connection of one's own, for what must stay on one session (advisory locks). */
  connect(): Promise<pg.PoolClient> {
    return this.#pool.connect();
  }

  /** Whether a statement gets through right now. */
  async isReachable(): Promise<boolean> {
    try {
      await this.#pool.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }
}

/** TypeORM makes its pool with the driver's `Pool`; handing it ours keeps the two on one set of connections. */
function driverWith(pool: pg.Pool): object {
  // A constructor that returns an object gives that object to `new`.
  function SharedPool(): pg.Pool {
    return pool;
  }
  return { ...pg, Pool: SharedPool };
}
