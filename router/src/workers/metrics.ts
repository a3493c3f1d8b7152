/**
 * The metrics of all workers as those of one router. What a worker had counted stays counted when it ends: a sum that
 * fell would look to Prometheus like a counter that began anew, and `rate()` would show a peak that never was.
 */
import { AggregatorRegistry, type Registry } from 'prom-client';

export type MetricsJson = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export class WorkerMetrics<Worker> {
  private readonly latest = new Map<Worker, MetricsJson>();
  /** Of workers that are no more. */
  private ended: MetricsJson = [];

  record(worker: Worker, metrics: MetricsJson): void {
    this.latest.set(worker, metrics);
  }

  /** It has ended: what it held goes with it, what it counted stays. */
  async end(worker: Worker): Promise<void> {
    const metrics = this.latest.get(worker);
    if (metrics === undefined) return;
    this.latest.delete(worker);
    const counted = metrics.filter(({ type }) => String(type) !== 'gauge');
    this.ended = await AggregatorRegistry.aggregate([this.ended, counted]).getMetricsAsJSON();
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return AggregatorRegistry.aggregate([...this.latest.values(), this.ended]).metrics();
  }
}
