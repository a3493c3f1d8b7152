// Which PostgreSQL cluster a connection is to, in which of its lives. Transaction ids mean something only within one: after a
// failover they are used again. Asked once a connection, because no connection outlives a primary; but one to a standby lives
// on when that is promoted, so it is asked again.
import type pg from 'pg';
import { codeOf } from './store-error.js';

/** A connection, or TypeORM's query runner on one. */
interface Asked {
  query(text: string): Promise<unknown>;
}

/** What is known of the server behind a connection. */
export interface ServerIdentity {
  /** `system identifier/timeline`; null for a standby, and where it may not be told. */
  readonly cluster: string | null;
  /** A standby's snapshots leave out the transactions that are running. */
  readonly isStandby: boolean;
  /** As in `server_version_num`. */
  readonly version: number;
}

const known = new WeakMap<object, ServerIdentity>();

const aboutServer = `SELECT current_setting('server_version_num')::int4 AS version, pg_is_in_recovery() AS "isStandby"`;

/**
 * The timeline of the write-ahead log's present position: that of the control file is of the last checkpoint, which may be
 * from before a promotion.
 */
const aboutCluster = `SELECT system_identifier || '/' ||
  ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int8 AS cluster FROM pg_control_system()`;

/** An administrator may have taken the functions away; then there is no telling. */
const insufficientPrivilege = '42501';

/** Known without asking, unless the connection is new or to a standby. @param connection the pool's client, by which it is remembered */
export function knownIdentity(connection: object): ServerIdentity | undefined {
  return known.get(connection);
}

/** @param through what the question is sent through, where that is not the connection itself */
export async function identityOf(
  connection: pg.ClientBase,
  through: Asked = connection,
): Promise<ServerIdentity> {
  const before = known.get(connection);
  if (before !== undefined) return before;
  const identity = await asked(through);
  if (identity.cluster !== null || !identity.isStandby) known.set(connection, identity);
  return identity;
}

async function asked(through: Asked): Promise<ServerIdentity> {
  const { version, isStandby } = firstRow(await through.query(aboutServer)) as Omit<
    ServerIdentity,
    'cluster'
  >;
  if (isStandby) return { version, isStandby, cluster: null };
  try {
    const { cluster } = firstRow(await through.query(aboutCluster)) as Pick<ServerIdentity, 'cluster'>;
    return { version, isStandby, cluster };
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    return { version, isStandby, cluster: null };
  }
}

/** node-postgres gives a result, TypeORM its rows. */
function firstRow(answer: unknown): unknown {
  const rows: unknown = Array.isArray(answer) ? answer : (answer as pg.QueryResult).rows;
  const [row] = rows as unknown[];
  if (row === undefined) throw new Error('expected the server to say which it is but it did not');
  return row;
}
