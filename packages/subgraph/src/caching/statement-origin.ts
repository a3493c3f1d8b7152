// Which snapshot an answer was read in, kept beside it: rows pass through batches and loaders, which share them among those
// who asked, and whoever takes them over notes where they are from.
import type { StoreReads, Store } from '../store/store.js';
import { takeSnapshot, withSnapshot } from '../store/with-snapshot.js';

export interface StatementOrigin {
  /** `pg_current_snapshot()` of the statement. */
  readonly snapshot: string;
  /** `system identifier/timeline` of the server; null where it is a standby or cannot be told. */
  readonly cluster: string | null;
}

const origins = new WeakMap<object, readonly StatementOrigin[]>();

/** Of the statements that an answer was made of; none where nothing was read, or nobody wants to know. */
export function originsOf(answer: object): readonly StatementOrigin[] {
  return origins.get(answer) ?? [];
}

/** Notes that an answer was made of these, which came of statements. */
export function passOrigins(answer: object, ...sources: readonly (object | null)[]): void {
  let passed: readonly StatementOrigin[] | undefined;
  for (const source of sources) {
    const known = source === null ? undefined : origins.get(source);
    if (known !== undefined) passed = passed === undefined ? known : [...passed, ...known];
  }
  if (passed !== undefined) origins.set(answer, passed);
}

/** The reads of a store with the snapshot of each statement; its rows have an origin. */
export function readsWithOrigin(store: Store, deadline: number | null): StoreReads {
  return {
    table: (entity) => store.table(entity),
    async query(statement, values) {
      const { rows, server } = await store.queryKnown(withSnapshot(statement), values, deadline ?? Infinity);
      origins.set(rows, [{ snapshot: takeSnapshot(rows), cluster: server.cluster }]);
      return rows;
    },
  };
}
