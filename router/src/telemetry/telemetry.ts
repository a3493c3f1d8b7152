/**
 * What the router tells of itself: spans to a collector, metrics for Prometheus, timings for clients. It wraps what it
 * observes where the router is put together; where all of it is off there is none, and nothing is wrapped.
 */
import type { Registry } from 'prom-client';
import type { RouterConfig } from '../config/schema.js';
import type { PlanCacheStatistics } from '../planner/plan-cache.js';
import { CacheMetrics } from './cache-metrics.js';
import { RequestObservation, type ObservationOptions } from './request-observation.js';
import { RouterMetrics } from './router-metrics.js';
import { SubgraphObserver } from './subgraph-observer.js';
import { startTracing, type Tracing } from './tracing.js';
import type { IncomingHttpHeaders } from 'node:http';

export interface Telemetry {
  /** A client request has come. */
  request(method: string, headers: IncomingHttpHeaders): RequestObservation;
  /** @returns `undefined` where nothing is noted of calls to subgraphs */
  subgraph(name: string, url: string): SubgraphObserver | undefined;
  /** @param read of the supergraph of the moment */
  plans(read: () => PlanCacheStatistics | null): void;
  /** What is counted of the cache; `null` where metrics are off. */
  cache(): CacheMetrics | null;
  /** For Prometheus, and for whoever adds up the metrics of several processes; `null` where metrics are off. */
  readonly metricsRegistry: Registry | null;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** @returns `null` where all of it is off */
export async function startTelemetry(config: RouterConfig): Promise<Telemetry | null> {
  const { server_timing: showsTimes, exporters } = config.telemetry;
  const tracing = await startTracing(exporters.tracing);
  const metrics = exporters.metrics.prometheus.enabled ? new RouterMetrics(exporters.metrics.common) : null;
  if (!showsTimes && tracing === null && metrics === null) return null;
  const options = { tracing, metrics, showsTimes, route: config.supergraph.path };
  return new ActiveTelemetry(tracing, metrics, options, exporters.metrics.common.buckets);
}

class ActiveTelemetry implements Telemetry {
  constructor(
    private readonly tracing: Tracing | null,
    private readonly metrics: RouterMetrics | null,
    private readonly options: ObservationOptions,
    private readonly buckets: readonly number[],
  ) {}

  get metricsRegistry(): Registry | null {
    return this.metrics?.registry ?? null;
  }

  request(method: string, headers: IncomingHttpHeaders): RequestObservation {
    return new RequestObservation(this.options, method, headers);
  }

  subgraph(name: string, url: string): SubgraphObserver | undefined {
    const tracer = this.tracing?.tracer ?? null;
    if (tracer === null && this.metrics === null) return undefined;
    return new SubgraphObserver(tracer, this.metrics?.subgraph(name) ?? null, name, url);
  }

  plans(read: () => PlanCacheStatistics | null): void {
    this.metrics?.plans(read);
  }

  cache(): CacheMetrics | null {
    if (this.metrics === null) return null;
    return new CacheMetrics(this.metrics.registry, this.buckets);
  }

  async close(): Promise<void> {
    await this.tracing?.close();
  }
}
