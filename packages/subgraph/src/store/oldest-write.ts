// How long the oldest transaction has been running that has written something: snapshots do not go past it, so caches look at more
// than they would have to, and what tells of writes in their order stands still behind it. In any database of the cluster; of
// other roles' only where this one may read all statistics (`pg_read_all_stats`).
import { statement } from './statement.js';
import type { Store } from './store.js';

const oldestWrite = statement(`SELECT coalesce(extract(epoch FROM clock_timestamp() - least(
    (SELECT min(xact_start) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()),
    (SELECT min(prepared) FROM pg_prepared_xacts)
  )), 0)::float8 AS seconds`);

/** Seconds; 0: none is running; null: the store does not say. */
export async function oldestWriteSeconds(store: Store): Promise<number | null> {
  try {
    const [row] = await store.query(oldestWrite, [], performance.now() + patience);
    const seconds = row?.['seconds'];
    return typeof seconds === 'number' ? Math.max(0, seconds) : null;
  } catch {
    return null;
  }
}

/** The same in Prometheus' text format; without a value where the store does not say, so that an alert may ask for `absent`. */
export async function oldestWriteMetric(store: Store): Promise<string> {
  const seconds = await oldestWriteSeconds(store);
  const value = seconds === null ? '' : `${metricName} ${seconds}\n`;
  return `# HELP ${metricName} Age of the oldest transaction of the PostgreSQL cluster that has written; 0: none is running.\n# TYPE ${metricName} gauge\n${value}`;
}

const metricName = 'selvedge_subgraph_oldest_write_seconds';

/** Whoever asks whether the process is ready does not wait for long. */
const patience = 1_000;
