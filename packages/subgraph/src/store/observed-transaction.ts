// A transaction of which the router is told: what it wrote is read back before it is committed, it cannot be committed after the
// request's deadline, whatever becomes of this process meanwhile, and where it cannot be said whether it was committed, that
// is said.
import { markWrites, wholeStoreTag, writesOf, type Writes } from '@selvedge/events';
import pg from 'pg';
import type { EntityManager, QueryRunner } from 'typeorm';
import { timeLeft, type Deadline } from '../deadline.js';
import { identityOf } from './cluster.js';
import { requestTimeout, storeError } from './store-error.js';
import type { Store } from './store.js';

export interface CommittedTransaction<T> {
  readonly result: T;
  readonly cluster: string | null;
  /** `xid8`; null where it wrote nothing. */
  readonly xid: string | null;
  readonly tags: readonly string[];
}

/** The connection was lost while the transaction was being committed: it may have been, or not, or will be yet. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

export interface TransactionTerms {
  readonly deadline: Deadline;
  /** Whether the store's migrations have captured its writes. */
  readonly hasOutbox: boolean;
  /** As in `server_version_num`, for tests of how older servers are bounded. */
  readonly serverVersion?: number;
}

/**
 * @throws OutcomeUnknown; otherwise as `Store.transaction`, and then nothing was committed
 */
export async function observedTransaction<T>(
  store: Store,
  work: (manager: EntityManager) => Promise<T>,
  terms: TransactionTerms,
): Promise<CommittedTransaction<T>> {
  const { deadline } = terms;
  if (timeLeft(deadline) <= 0) throw requestTimeout();
  try {
    return await store.withRunner((runner) => run(runner, work, terms));
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error;
    throw timeLeft(deadline) <= 0 ? requestTimeout(error) : storeError(error);
  }
}

async function run<T>(
  runner: QueryRunner,
  work: (manager: EntityManager) => Promise<T>,
  { deadline, hasOutbox, serverVersion }: TransactionTerms,
): Promise<CommittedTransaction<T>> {
  const connection = (await runner.connect()) as pg.Client;
  const { cluster, version: toldVersion } = await identityOf(connection, runner);
  const version = serverVersion ?? toldVersion;
  const isBounded = timeLeft(deadline) < Infinity;
  await runner.startTransaction();
  let written: CommittedTransaction<T>;
  try {
    if (isBounded) await boundTransaction(runner, version, deadline);
    if (hasOutbox) await runner.query(markWrites);
    const result = await work(runner.manager);
    written = { result, cluster, ...(await readBack(runner, hasOutbox)) };
    if (isBounded) await boundCommit(runner, version, deadline);
  } catch (error) {
    await runner.rollbackTransaction().catch(() => {
      abandon(connection);
    });
    throw error;
  }
  try {
    await commit(runner);
  } catch (error) {
    if (error instanceof OutcomeUnknown) abandon(connection);
    throw error;
  }
  return written;
}

/** It must not be lent to anybody else before the pool notices that it is lost. */
function abandon(connection: pg.Client): void {
  void connection.end().catch(() => undefined);
}

/** Of a store without an outbox nobody can tell what was written, only whether something was. */
async function readBack(runner: QueryRunner, hasOutbox: boolean): Promise<Writes> {
  if (hasOutbox) return writesOf(runner);
  const [row] = (await runner.query('SELECT pg_current_xact_id_if_assigned()::text AS xid')) as Pick<
    Writes,
    'xid'
  >[];
  const xid = row?.xid ?? null;
  return { xid, tags: xid === null ? [] : [wholeStoreTag] };
}

async function commit(runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    // An error that the server reports of a COMMIT has rolled it back, unless it ends the session, as it does too after a commit.
    const cause: unknown = error instanceof Error && 'driverError' in error ? error.driverError : error;
    if (cause instanceof pg.DatabaseError && cause.severity === 'ERROR') throw error;
    throw new OutcomeUnknown(
      'expected to hear whether a transaction was committed but the connection was lost',
      {
        cause: error,
      },
    );
  }
}

/** PostgreSQL 17 is the first to end a transaction that takes too long. */
const firstWithTransactionTimeout = 170_000;

/** What a statement on its way to the server may take of the time that it is to limit. */
function allowanceOf(left: number): number {
  return Math.min(1_000, left / 5);
}

/** From PostgreSQL 17 on the server ends the session at the deadline; before, it ends one that stands still for so long. */
function boundTransaction(runner: QueryRunner, version: number, deadline: Deadline): Promise<void> {
  return enforced(runner, deadline, (milliseconds) =>
    version >= firstWithTransactionTimeout
      ? // The timer runs from its first setting on.
        `SET LOCAL transaction_timeout = 0; SET LOCAL transaction_timeout = ${milliseconds}`
      : `SET LOCAL statement_timeout = ${milliseconds}; SET LOCAL idle_in_transaction_session_timeout = ${milliseconds}`,
  );
}

/** The longest that a COMMIT may wait for a synchronous standby; it is visible to nobody before. */
const longestCommit = 1_000;

/** Sees to it that what passes before the COMMIT, and the COMMIT itself, are over by the deadline. */
function boundCommit(runner: QueryRunner, version: number, deadline: Deadline): Promise<void> {
  return enforced(runner, deadline, (milliseconds) => {
    if (version >= firstWithTransactionTimeout)
      return `SET LOCAL statement_timeout = ${Math.min(milliseconds, longestCommit)}`;
    const half = Math.max(1, Math.floor(milliseconds / 2));
    return `SET LOCAL statement_timeout = ${half}; SET LOCAL idle_in_transaction_session_timeout = ${half}`;
  });
}

/**
 * Sends settings that count from when the server has them. That is later than now by what the way takes, and this process may
 * stand still before it sends them: hence some time is left for that, and where it took longer they are sent again.
 */
async function enforced(
  runner: QueryRunner,
  deadline: Deadline,
  settings: (milliseconds: number) => string,
): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const left = timeLeft(deadline);
    const allowance = allowanceOf(left);
    const milliseconds = Math.floor(left - allowance);
    // 0 would mean no limit.
    if (milliseconds < 1) break;
    await runner.query(settings(milliseconds));
    if (left - timeLeft(deadline) <= allowance) return;
  }
  throw requestTimeout();
}
