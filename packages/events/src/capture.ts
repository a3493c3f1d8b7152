// Placeholder until the capture is there.
import type { QueryRunner } from 'typeorm';

/** What of a table's writes is announced. Columns by their names in PostgreSQL. */
export interface TableCapture {
  readonly table: string;
  /**
   * For each list of columns, a tag that any write to a row with these values raises: `reviews:id=7`, `reviews:product_id=3`;
   * for the empty list, any write to the table: `reviews:`.
   */
  readonly contents: readonly (readonly string[])[];
  /**
   * Tags of lists that name their members by tags of their own: raised by inserts, deletes, and updates of `by` or `order`
   * alone: `reviews[product_id=3]`, `reviews[]`.
   */
  readonly lists: readonly { readonly by: readonly string[]; readonly order: readonly string[] }[];
}

export function captureWrites(_runner: QueryRunner, _capture: TableCapture): Promise<void> {
  return Promise.reject(new Error('expected the capture'));
}

export function releaseWrites(_runner: QueryRunner, _table: string): Promise<void> {
  return Promise.reject(new Error('expected the capture'));
}
