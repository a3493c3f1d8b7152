/**
 * Where whoever learns of a write says so: the endpoint here, and whatever delivers the outboxes of the subgraphs. Mutations
 * that go through this router do the same by themselves (`writes/`).
 */
import type { CacheBackend, Write } from '@selvedge/cache';

export interface InvalidationPort {
  /**
   * Resolves when nothing from before the write is served any more, by any router. May be repeated, and come in any order.
   *
   * @param store the subgraph's name
   * @throws CacheUnavailable: it may have been recorded or not, and has to be said again
   */
  invalidate(store: string, write: Write): Promise<void>;
}

export function invalidationPort(backend: Pick<CacheBackend, 'settle'>): InvalidationPort {
  return { invalidate: (store, write) => backend.settle(store, write, null) };
}
