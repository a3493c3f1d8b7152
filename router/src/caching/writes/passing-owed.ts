/**
 * The backend as a router sees it that still owes it fences: whoever wrote through this router while Redis was away reads what he
 * wrote, though others cannot know of it yet.
 */
import type { CacheBackend, StoreState } from '@selvedge/cache';

/** @param owes whether there are fences of the store that could not be put yet */
export function passingOwed(backend: CacheBackend, owes: (store: string) => boolean): CacheBackend {
  const stateOf = (store: string, state: StoreState): StoreState =>
    owes(store) ? { ...state, isBypassed: true } : state;
  return {
    async states(stores) {
      const states = await backend.states(stores);
      return states.map((state, index) => stateOf(stores[index] ?? '', state));
    },
    async read(store, requests, claim) {
      const result = await backend.read(store, requests, claim);
      return owes(store) ? { ...result, state: stateOf(store, result.state) } : result;
    },
    async records(store, tags) {
      const { state, records } = await backend.records(store, tags);
      return { state: stateOf(store, state), records };
    },
    fill: (store, entries) => (owes(store) ? Promise.resolve(0) : backend.fill(store, entries)),
    claim: (store, keys, claim) => backend.claim(store, keys, claim),
    abandon: (store, keys, claim) => backend.abandon(store, keys, claim),
    intend: (store, id, times) => backend.intend(store, id, times),
    settle: (store, write, intent) => backend.settle(store, write, intent),
    doubt: (store, intent) => backend.doubt(store, intent),
    vouch: (store, milliseconds) => backend.vouch(store, milliseconds),
    close: () => backend.close(),
  };
}
