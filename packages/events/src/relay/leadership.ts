/**
 * One session at a time delivers a store's outbox: the one that has its lock. A leader that stands still loses its session, and with it
 * the lock, by the server's own clock, whatever becomes of its process or its network.
 */
import { rowsOf, type SqlRunner } from '../runner.js';

/** Milliseconds without a statement, past which the server ends the session. */
const longestStandstill = 10_000;

/** How often a leader has to say something: see `longestStandstill`. */
export const signOfLife = 2_000;

/** @param schema of the outbox. @returns whether this session is the leader, until it ends */
export async function tryToLead(runner: SqlRunner, schema: string): Promise<boolean> {
  await runner.query(`SET idle_session_timeout = ${longestStandstill}`);
  const [row] = await rowsOf<{ leads: boolean }>(
    runner,
    `SELECT pg_try_advisory_lock(hashtextextended('selvedge relay ' || $1, 0)) AS leads`,
    [schema],
  );
  return row?.leads === true;
}
