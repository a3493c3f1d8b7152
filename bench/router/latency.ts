// "p99 no worse than stock at a tenth of its load": a stock gateway that is loaded to a tenth of what it can take answers as quickly
// as it ever does. Ours has ten times as many requests to answer in the same time, as many as stock can take at most. Requests come
// at random times, whether or not earlier ones have been answered, so that waiting counts.
import { progress } from '../measuring/figures.js';
import { warmUp } from '../measuring/turns.js';
import type { Contestant } from './contestants.js';
import { sentIn, startServer, stopServer, type Plan } from './measure.js';
import type { Stage } from './server-process.js';
import type { Workload } from './workloads.js';

export interface Latency {
  readonly contestant: Contestant;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export interface LatencyComparison {
  readonly workload: Workload;
  readonly stock: Latency;
  readonly ours: readonly Latency[];
}

/** Null where stock or all of ours do not take part. */
export async function compareLatencies(
  { contestants, workloads, seconds }: Plan,
  stage: Stage,
): Promise<LatencyComparison | null> {
  const [workload] = workloads;
  const candidates = contestants.filter((name) => name === 'sharing-off' || name === 'shipped');
  if (workload?.name !== 'deep' || !contestants.includes('stock') || candidates.length === 0) return null;
  const sent = sentIn(workload);
  const measured = async (
    contestant: Contestant,
    loadOf: (capacity: number) => number,
    duration: number,
  ): Promise<Latency & { readonly capacity: number }> => {
    progress(`latency: ${contestant}`);
    const server = await startServer(contestant, stage, workload);
    try {
      const { perSecond: capacity } = await warmUp(server, sent, seconds.firstWarmUp);
      const requestsPerSecond = loadOf(capacity);
      const { p50, p99 } = await server.clients.loadAt(sent, requestsPerSecond, duration);
      return { contestant, requestsPerSecond, p50, p99, capacity };
    } finally {
      await stopServer(server);
    }
  };
  // A tenth of the load needs more time for as many samples.
  const stock = await measured('stock', (capacity) => capacity / 10, seconds.latency * 3);
  const ours: Latency[] = [];
  for (const contestant of candidates)
    ours.push(await measured(contestant, () => stock.capacity, seconds.latency));
  return { workload, stock, ours };
}
