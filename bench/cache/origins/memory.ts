// The subgraphs of bench:router, which answer from memory: as little as a subgraph can cost.
import { startSubgraphs } from '../../router/server-process.js';
import { subgraphNames, supergraphOf } from '../../router/shop.js';
import type { Origin } from './origin.js';

export async function openMemory(): Promise<Origin> {
  const subgraphs = await startSubgraphs();
  return {
    names: subgraphNames,
    supergraph: supergraphOf(subgraphs.urls),
    takeRequests: async () => {
      const stats = await subgraphs.takeStats();
      return Object.values(stats).reduce((total, { requests }) => total + requests, 0);
    },
    usage: async () => ({ subgraphCpuSeconds: await subgraphs.cpuSeconds(), storeCpuSeconds: 0 }),
    stop: () => subgraphs.stop(),
  };
}
