// The relay of a store's outbox, in each process of its subgraph: one of them delivers, the others stand by.
import { startPollingRelay, type Deliveries, type Relay, type RelayStatus } from '@selvedge/events';
import type { Logger } from 'pino';
import type { SubgraphConfig } from '../server/config.js';
import type { Store } from '../store/store.js';
import { cacheDeliveries, openCache } from './tell-cache.js';

export interface StoreRelay {
  /** In Prometheus' text format. */
  metrics(): string;
  stop(): Promise<void>;
}

/** @param name of the subgraph in the supergraph */
export async function startStoreRelay(
  name: string,
  { databaseUrl, cache }: Pick<SubgraphConfig, 'databaseUrl' | 'cache'>,
  store: Store,
  log: Logger,
): Promise<StoreRelay> {
  const told =
    cache === null
      ? null
      : await openCache(cache, (error) => {
          log.warn({ err: error }, 'the cache of the routers cannot be reached');
        });
  const deliveries =
    told === null ? toNobody : cacheDeliveries(told, name, async () => (await store.server()).cluster);
  const relay = startPollingRelay({
    url: databaseUrl,
    deliveries,
    failed: (error) => {
      log.warn({ err: error }, 'the outbox could not be delivered; it is tried again');
    },
  });
  return {
    metrics: () => metricsOf(relay.status()),
    async stop() {
      await stopAll(relay, told);
    },
  };
}

/** Nobody has to hear of it: then it only must not grow. */
const toNobody: Deliveries = {
  deliver: () => Promise.resolve(),
  caughtUp: () => undefined,
};

async function stopAll(relay: Relay, told: { close(): Promise<void> } | null): Promise<void> {
  await relay.stop();
  await told?.close();
}

function metricsOf({ isLeader, lag, delivered, failures }: RelayStatus): string {
  return [
    metric('gauge', 'leader', 'Whether this process delivers the outbox of its store.', isLeader ? 1 : 0),
    metric(
      'gauge',
      'lag_seconds',
      'All that was committed so long ago has been delivered; without a value where another process delivers.',
      lag === null ? null : lag / 1_000,
    ),
    metric('counter', 'delivered_total', 'Rows of the outbox that this process has delivered.', delivered),
    metric('counter', 'failures_total', 'Deliveries and looks that failed, and were tried again.', failures),
  ].join('');
}

function metric(type: 'gauge' | 'counter', name: string, help: string, value: number | null): string {
  const full = `selvedge_subgraph_relay_${name}`;
  const line = value === null ? '' : `${full} ${value}\n`;
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${line}`;
}
