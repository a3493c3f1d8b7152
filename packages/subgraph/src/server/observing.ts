// A plugin of Apollo Server sees the whole HTTP request and may change the answer, so what shaped the answer is not known where
// there is one. Most only watch.
import type { SubgraphPlugin } from './apollo.js';

const observers = new WeakSet<SubgraphPlugin>();

/**
 * Says of a plugin that it only watches: no answer depends on what it does. Answers of a subgraph with another plugin are kept in
 * no cache.
 *
 * @example plugins: [observing(metricsPlugin)]
 */
export function observing<P extends SubgraphPlugin>(plugin: P): P {
  observers.add(plugin);
  return plugin;
}

export function isObserving(plugin: SubgraphPlugin): boolean {
  return observers.has(plugin);
}
