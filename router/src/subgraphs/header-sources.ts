/** Which headers of a client's request can become which of a subgraph's: the rules of `headers`, read from their end. */
import type { RouterConfig } from '../config/schema.js';
import { neverPropagated } from '../config/values.js';

export interface HeaderSources {
  /** @param name of a header that the subgraph gets. @returns names of those that its value can come from; none: it is constant */
  of(name: string): readonly string[];
  /** Names of those that can pass. */
  readonly named: readonly string[];
  /** Whether others can pass as well, by a pattern. */
  readonly hasPatterns: boolean;
}

export function headerSources(config: RouterConfig['headers'], subgraph: string): HeaderSources {
  const rules = [...(config.all?.request ?? []), ...(config.subgraphs[subgraph]?.request ?? [])];
  const propagated = rules.flatMap(({ propagate }) => (propagate === undefined ? [] : [propagate]));
  const named = propagated.flatMap(({ named: source, rename }) =>
    source === undefined ? [] : [{ source, target: rename ?? source }],
  );
  const patterns = propagated.flatMap(({ matching }) => (matching === undefined ? [] : [matching]));
  return {
    of: (name) => {
      const sources = named.filter(({ target }) => target === name).map(({ source }) => source);
      const matches = !neverPropagated.has(name) && patterns.some((pattern) => pattern.test(name));
      return [...new Set(matches ? [...sources, name] : sources)];
    },
    named: [...new Set(named.map(({ source }) => source))],
    hasPatterns: patterns.length > 0,
  };
}
