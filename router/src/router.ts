/**
 * The composition root: makes a router of its parts, and takes it apart again in an order in which no request is lost.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { persistedQueryStore, type PersistedQueryStore } from './apq/persisted-queries.js';
import { redisStore } from './apq/redis-store.js';
import type { RouterConfig } from './config/schema.js';
import { demandControl } from './cost/demand-control.js';
import { noCacheObserver, type CacheObserver } from './caching/cache-observer.js';
import { CacheReport } from './caching/cache-report.js';
import type { InvalidationServer } from './caching/invalidation/invalidation-server.js';
import {
  serveInvalidations,
  withInvalidations,
  type InvalidationOptions,
} from './caching/invalidation/serve-invalidations.js';
import { openCaching, type Caching } from './caching/open-caching.js';
import { corsRules } from './http/cors.js';
import { Drain } from './http/drain.js';
import { graphqlHandler } from './http/graphql.js';
import { refuseBadHttp, requestListener } from './http/listener.js';
import { staticFiles } from './http/static-files.js';
import { operationLimits } from './limits/operation-limits.js';
import type { ServerOptions } from './pipeline/apollo-server.js';
import { ClientCache } from './pipeline/client-cache.js';
import { pipeline, type Pipeline } from './pipeline/pipeline.js';
import { CurrentSupergraph } from './supergraph/current-supergraph.js';
import { runSupergraph } from './supergraph/running-supergraph.js';
import { supergraphId } from './supergraph/supergraph.js';
import type { CacheMetrics } from './telemetry/cache-metrics.js';
import { exposePlans } from './telemetry/exposed-plan.js';
import { startMetricsServer, type MetricsServer } from './telemetry/metrics-server.js';
import { observePipeline } from './telemetry/observed-pipeline.js';
import { startTelemetry, type Telemetry } from './telemetry/telemetry.js';

export interface RouterOptions {
  /** The supergraph to begin with. */
  readonly sdl: string;
  readonly config: RouterConfig;
  /** Where to listen; port 0: any that is free. */
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  /** Shows more to clients: the estimated cost of their operations. */
  readonly development: boolean;
  /** Folder of the explorer's files; it need not be there. */
  readonly explorerFolder: string;
  /** For persisted queries, where the configuration names none. */
  readonly redisUrl?: string | undefined;
  /** Gives the server its connections, which somebody else accepts; without it the server listens at `host` and `port`. */
  readonly connect?: ((server: Server) => void) | undefined;
  /**
   * Whether other processes answer the same clients. Then metrics and invalidations are served by whoever started them, and
   * nothing is cached that the others do not have.
   */
  readonly isOneOfSeveral?: boolean;
}

export interface Router {
  readonly url: string;
  /** Of this process; `null` where metrics are off. */
  readonly metricsRegistry: Registry | null;
  /** Where Prometheus finds them; `null` where nobody serves them. */
  readonly metricsUrl: string | null;
  /** Where others say what has changed; `null` where it has no address of its own. */
  readonly invalidationUrl: string | null;
  /**
   * Replaces the supergraph for requests that are yet to come.
   * @throws SupergraphError, with the old one still in place
   */
  replaceSupergraph(sdl: string): Promise<void>;
  /**
   * Stops accepting, finishes what has begun within `patience` milliseconds, cuts off the rest. Idle connections are closed
   * after `linger` milliseconds.
   */
  close(patience?: number, linger?: number): Promise<void>;
}

/** @returns when it listens and answers. @throws SupergraphError; or node's error when the port cannot be had */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const { log } = options;
  const parts = await openParts(options);
  const { telemetry } = parts;
  const serverOptions = serverOptionsOf(options, parts);
  const current = new CurrentSupergraph((err) => {
    log.error({ err }, 'an old supergraph could not be stopped');
  });
  telemetry?.plans(() => current.planner?.statistics() ?? null);
  let { sdl } = options;
  const replaceSupergraph = async (next: string) => {
    if (supergraphId(next) === current.id) return;
    const running = await runSupergraph(next, serverOptions, current.planner);
    for (const warning of running.supergraph.warnings) log.warn(warning);
    current.replace(running);
    sdl = next;
    log.info({ supergraph: running.supergraph.id }, 'supergraph loaded');
  };
  let served: OwnServers = { metrics: null, invalidations: null };
  let partsClosed: Promise<unknown> | null = null;
  const closeParts = async () => {
    partsClosed ??= Promise.all([served.invalidations?.close(), current.close()])
      .then(() => Promise.all([parts.persistedQueries?.close(), parts.caching?.close()]))
      .then(() => Promise.all([telemetry?.close(), served.metrics?.close()]));
    await partsClosed;
  };
  try {
    await replaceSupergraph(sdl);
    const invalidations = invalidationOptions(options, parts, () => sdl);
    served = await serveApart(options, telemetry, invalidations);
    const server = await listen(options, current, parts, invalidations);
    const drain = new Drain(server);
    return {
      url: urlOf(server, options),
      metricsRegistry: telemetry?.metricsRegistry ?? null,
      metricsUrl: served.metrics?.url ?? null,
      invalidationUrl: served.invalidations?.url ?? null,
      replaceSupergraph,
      async close(patience = 5_000, linger = 0) {
        await drain.close({ patience, linger });
        await closeParts();
      },
    };
  } catch (error) {
    await closeParts();
    throw error;
  }
}

/** What outlives supergraphs. */
interface Parts {
  readonly telemetry: Telemetry | null;
  readonly persistedQueries: PersistedQueryStore | null;
  readonly caching: Caching | null;
  readonly cacheMetrics: CacheMetrics | null;
}

async function openParts(options: RouterOptions): Promise<Parts> {
  const { config, redisUrl, log, isOneOfSeveral = false } = options;
  const telemetry = await startTelemetry(config);
  const persistedQueries = config.apq.enabled ? openPersistedQueries(options) : null;
  const cacheMetrics = config.response_cache.enabled ? (telemetry?.cache() ?? null) : null;
  const caching = await openCaching({ config, redisUrl, isOneOfSeveral, log, metrics: cacheMetrics });
  return { telemetry, persistedQueries, caching, cacheMetrics };
}

/** Servers on addresses of their own. */
interface OwnServers {
  readonly metrics: MetricsServer | null;
  readonly invalidations: InvalidationServer | null;
}

/** Not in a process that is one of several: there, whoever started them does it for all. */
async function serveApart(
  options: RouterOptions,
  telemetry: Telemetry | null,
  invalidations: InvalidationOptions | null,
): Promise<OwnServers> {
  if (options.isOneOfSeveral === true) return { metrics: null, invalidations: null };
  const metrics = await serveMetrics(options, telemetry?.metricsRegistry ?? null);
  return { metrics, invalidations: invalidations && (await serveInvalidations(invalidations)) };
}

function invalidationOptions(
  { config, log }: RouterOptions,
  { caching, cacheMetrics }: Parts,
  sdl: () => string,
): InvalidationOptions | null {
  if (caching === null) return null;
  return { config, port: caching.port, sdl, log, observer: cacheMetrics?.invalidations ?? null };
}

async function serveMetrics(
  { config, log }: RouterOptions,
  registry: Registry | null,
): Promise<MetricsServer | null> {
  if (registry === null) return null;
  const { listen, path } = config.telemetry.exporters.metrics.prometheus;
  return startMetricsServer({
    listen,
    path,
    metricsText: () => registry.metrics(),
    onError: (err) => {
      log.error({ err }, 'the metrics could not be read');
    },
  });
}

function openPersistedQueries({ config, redisUrl, log }: RouterOptions): PersistedQueryStore {
  const { in_memory, redis } = config.apq.router.cache;
  const url = redis?.urls[0] ?? redisUrl;
  if (url === undefined) return persistedQueryStore(in_memory.limit, null);
  const { ttl = 24 * 3_600_000, timeout = 250, namespace = '' } = redis ?? {};
  return persistedQueryStore(in_memory.limit, redisStore({ url, ttl, timeout, namespace }, log));
}

function serverOptionsOf(
  { config, log, development }: RouterOptions,
  { persistedQueries, telemetry, caching }: Parts,
): ServerOptions {
  return {
    config,
    log,
    persistedQueries,
    telemetry,
    pipeline: pipelineOf(config, telemetry),
    rules: {
      checkLimits: operationLimits(config.limits),
      measureDemand: demandControl(config.demand_control),
    },
    showsCost: development,
    clientCache: new ClientCache(config),
    cache: caching?.cache ?? null,
    wholeAnswers: caching?.wholeAnswers ?? null,
  };
}

/** What observes a stage, or adds to what it does, is wrapped around it here. */
function pipelineOf(config: RouterConfig, telemetry: Telemetry | null): Pipeline {
  const shown = config.supergraph.expose_query_plan ? exposePlans(pipeline) : pipeline;
  return telemetry === null ? shown : observePipeline(shown);
}

async function listen(
  options: RouterOptions,
  current: CurrentSupergraph,
  parts: Parts,
  invalidations: InvalidationOptions | null,
): Promise<Server> {
  const { config, log } = options;
  const { persistedQueries, telemetry } = parts;
  const cors = corsRules(config.cors);
  const newCacheObserver = cacheObservers(config, parts);
  const graphql = graphqlHandler({
    config,
    current,
    cors,
    log,
    persistedQueries,
    telemetry,
    newCacheObserver,
  });
  const explorer = staticFiles(options.explorerFolder);
  const isReady = () => current.isLoaded;
  const listener = requestListener({ config, graphql, explorer, isReady, log });
  const server = createServer(
    // A client may take this long to send its request; answering has its own time (`traffic_shaping.router.timeout`).
    { keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 60_000 },
    invalidations === null ? listener : withInvalidations(listener, invalidations),
  );
  server.on('clientError', refuseBadHttp);
  if (options.connect !== undefined) {
    options.connect(server);
    return server;
  }
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return server;
}

/** Of what the cache does for each request: counted, and told in its answer where the configuration says so. */
function cacheObservers(
  { response_cache }: RouterConfig,
  { caching, cacheMetrics }: Parts,
): () => CacheObserver {
  const counted = cacheMetrics?.requests ?? noCacheObserver;
  return caching !== null && response_cache.debug ? () => new CacheReport(counted) : () => counted;
}

function urlOf(server: Server, { host, port }: RouterOptions): string {
  return httpUrl(host, (server.address() as AddressInfo | null)?.port ?? port);
}

export function httpUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
