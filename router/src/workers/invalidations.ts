/**
 * The invalidation endpoint of several workers, where it has an address of its own: one between them, here in the primary, with
 * the Redis that they have. It is reconfigured when they are replaced.
 */
import type { CacheBackend } from '@selvedge/cache';
import type { Logger } from 'pino';
import { invalidationPort } from '../caching/invalidation/invalidation-port.js';
import { serveInvalidations, type ServedInvalidations } from '../caching/invalidation/serve-invalidations.js';
import { StartError } from '../arguments.js';
import { asksForRedis, openBackend } from '../caching/open-backend.js';
import type { RouterConfig } from '../config/schema.js';
import { CacheMetrics } from '../telemetry/cache-metrics.js';
import type { Primary } from './primary.js';

export interface WorkerInvalidationsOptions {
  readonly primary: Pick<Primary, 'metricsRegistry'>;
  readonly config: RouterConfig;
  /** Where the configuration names none. */
  readonly redisUrl: string | undefined;
  readonly sdl: string;
  readonly log: Logger;
}

export class WorkerInvalidations {
  /** That the workers serve. */
  sdl: string;
  private readonly metrics: CacheMetrics;
  private opened: { readonly backend: CacheBackend; readonly server: ServedInvalidations | null } | null =
    null;

  /** @throws node's error when the address cannot be had */
  static async open(options: WorkerInvalidationsOptions): Promise<WorkerInvalidations> {
    const invalidations = new WorkerInvalidations(options);
    await invalidations.reconfigure(options.config);
    return invalidations;
  }

  private config: RouterConfig;

  private constructor(private readonly options: WorkerInvalidationsOptions) {
    const { primary, config, sdl } = options;
    this.sdl = sdl;
    this.config = config;
    this.metrics = new CacheMetrics(
      primary.metricsRegistry,
      config.telemetry.exporters.metrics.common.buckets,
    );
  }

  /**
   * While workers are replaced, old ones and new ones answer the same clients. Had some another Redis, or none, or kept nothing of a
   * subgraph, the others would serve what these workers' mutations have changed.
   * @throws StartError where this configuration keeps something else, or elsewhere
   */
  refuseOtherCache(config: RouterConfig): void {
    const { redisUrl } = this.options;
    if (whatIsKept(this.config, redisUrl) === whatIsKept(config, redisUrl)) return;
    throw new StartError(
      'expected `response_cache` to be on for the same subgraphs, with the same Redis, while workers are replaced ' +
        'but got another one; start the whole router again',
    );
  }

  /** All workers have this configuration now. */
  async reconfigure(config: RouterConfig): Promise<void> {
    this.config = config;
    const { redisUrl, log } = this.options;
    const { enabled, invalidation } = config.response_cache;
    if (enabled && !asksForRedis(config, redisUrl)) {
      log.warn(
        'nothing is cached: several workers need a Redis for that (`REDIS_URL`, or in the configuration)',
      );
    }
    if (this.opened !== null) {
      this.opened.server?.reconfigure(config);
    } else if (enabled && asksForRedis(config, redisUrl) && invalidation !== undefined) {
      await this.serve(config);
    }
  }

  async close(): Promise<void> {
    await this.opened?.server?.close();
    await this.opened?.backend.close();
  }

  private async serve(config: RouterConfig): Promise<void> {
    const { redisUrl, log } = this.options;
    const { onCommand, invalidations: observer } = this.metrics;
    const { backend } = await openBackend({ config, redisUrl, log, onCommand });
    const port = invalidationPort(backend);
    try {
      const server = await serveInvalidations({ config, port, sdl: () => this.sdl, log, observer });
      this.opened = { backend, server };
    } catch (error) {
      await backend.close();
      throw error;
    }
  }
}

/** Of what subgraphs, and in which Redis. */
function whatIsKept(config: RouterConfig, redisUrl: string | undefined): string {
  const { enabled, subgraph } = config.response_cache;
  if (!enabled || !asksForRedis(config, redisUrl)) return 'nothing';
  const { urls, namespace } = subgraph.all.redis ?? {};
  const others = Object.entries(subgraph.subgraphs)
    .filter((entry) => (entry[1].enabled ?? subgraph.all.enabled) !== subgraph.all.enabled)
    .map(([name]) => name);
  return JSON.stringify([urls, namespace, subgraph.all.enabled, others.sort()]);
}
