/** Subgraphs in memory, composed and served by a router of ours: what every suite in this folder stands on. */
import { compose } from '../testing/compose.js';
import {
  startMemorySubgraph,
  type MemorySubgraph,
  type MemorySubgraphOptions,
} from '../testing/memory-subgraph.js';
import { startTestRouter, type TestRouter } from '../testing/test-router.js';

export type Subgraphs = Readonly<Record<string, MemorySubgraphOptions>>;

export interface Federation {
  readonly sdl: string;
  readonly router: TestRouter;
  readonly subgraphs: Readonly<Record<string, MemorySubgraph>>;
  stop(): Promise<void>;
}

/** @throws with every composition error, before anything is started */
export function composeAll(definitions: Subgraphs, urls: Readonly<Record<string, string>> = {}): string {
  return compose(
    Object.entries(definitions).map(([name, { typeDefs }]) => ({
      name,
      typeDefs,
      url: urls[name] ?? `http://127.0.0.1/${name}`,
    })),
  );
}

/** @param yaml The text of router.yaml. */
export async function federate(definitions: Subgraphs, yaml = ''): Promise<Federation> {
  const entries = Object.entries(definitions);
  const started = await Promise.all(entries.map(([, definition]) => startMemorySubgraph(definition)));
  const subgraphs = Object.fromEntries(
    started.map((subgraph, index) => [entries[index]?.[0] ?? '', subgraph]),
  );
  const stopSubgraphs = () => Promise.all(started.map((subgraph) => subgraph.stop()));
  try {
    const urls = Object.fromEntries(Object.entries(subgraphs).map(([name, { url }]) => [name, url]));
    const sdl = composeAll(definitions, urls);
    const router = await startTestRouter({ sdl, yaml });
    return {
      sdl,
      router,
      subgraphs,
      async stop() {
        await router.close(0);
        await stopSubgraphs();
      },
    };
  } catch (error) {
    await stopSubgraphs();
    throw error;
  }
}
