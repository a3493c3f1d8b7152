/** Reads what is undelivered by one session, in the order of ids, and deletes what is delivered. */
import { Gaps } from './gaps.js';
import type { OutboxMessage } from './relay.js';
import { quoteName, rowsOf, type SqlRunner } from '../runner.js';

export interface Batch {
  readonly messages: readonly OutboxMessage[];
  /** There may be more already. */
  readonly isFull: boolean;
}

interface Row {
  readonly xmin: string | null;
  readonly xmax: string | null;
  readonly id: string;
  readonly xid: string;
  readonly op: OutboxMessage['op'];
  readonly type: string;
  readonly key: string | null;
  readonly tags: readonly string[];
}

export class OutboxReader {
  readonly #gaps = new Gaps();
  readonly #table: string;
  /** Delivered, and not deleted yet. */
  #delivered: string[] = [];

  /** @param schema of the outbox */
  constructor(
    private readonly runner: SqlRunner,
    schema: string,
  ) {
    this.#table = `${quoteName(schema)}.selvedge_outbox`;
  }

  /** What is new since the last time. */
  async next(limit: number): Promise<Batch> {
    const { ranges, last } = this.#gaps;
    const rows = await rowsOf<Row>(this.runner, nextRows(this.#table), [
      ranges.map(({ low }) => String(low)),
      ranges.map(({ high }) => String(high)),
      String(last),
      limit,
    ]);
    const [first, ...found] = rows;
    if (first?.xmin == null || first.xmax === null) throw new Error('expected a snapshot but got none');
    const isFull = found.length >= limit;
    this.#gaps.saw(
      found.map(({ id }) => BigInt(id)),
      { xmin: BigInt(first.xmin), xmax: BigInt(first.xmax) },
      !isFull,
    );
    const messages = found.map(({ id, xid, op, type, key, tags }) => ({ id, xid, op, type, key, tags }));
    return { messages, isFull };
  }

  /** Those that could not be deleted before are deleted with them. */
  async delete(messages: readonly OutboxMessage[]): Promise<void> {
    for (const { id } of messages) this.#delivered.push(id);
    if (this.#delivered.length === 0) return;
    await this.runner.query(`DELETE FROM ${this.#table} WHERE id = ANY($1::bigint[])`, [this.#delivered]);
    this.#delivered = [];
  }
}

/**
 * One statement, and so one snapshot: where a row of a key is visible, those before it are. It looks where rows may have appeared and
 * nowhere else, since what was delivered leaves dead entries in the index for as long as any transaction in the cluster is open.
 */
function nextRows(table: string): string {
  const columns = 'id, xid, op, type, key, tags';
  return `
    SELECT pg_snapshot_xmin(s)::text AS xmin, pg_snapshot_xmax(s)::text AS xmax,
      NULL AS id, NULL AS xid, NULL AS op, NULL AS type, NULL AS key, NULL::text[] AS tags
    FROM pg_current_snapshot() AS s
    UNION ALL
    SELECT NULL, NULL, id::text, xid::text, op::text, type, key, tags FROM (
      SELECT ${columns} FROM (
        SELECT o.* FROM unnest($1::bigint[], $2::bigint[]) AS gap(low, high)
        CROSS JOIN LATERAL (
          SELECT ${columns} FROM ${table} WHERE id BETWEEN gap.low AND gap.high ORDER BY id LIMIT $4
        ) o
        UNION ALL
        (SELECT ${columns} FROM ${table} WHERE id > $3::bigint ORDER BY id LIMIT $4)
      ) AS undelivered
      ORDER BY id LIMIT $4
    ) AS ordered`;
}
