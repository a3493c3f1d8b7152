import { startServer, type ServerOptions, type StartedServer } from '../pipeline/apollo-server.js';
import type { CachedPlanner } from '../planner/plan-cache.js';
import { warmUp } from '../planner/warm-up.js';
import { buildSupergraph, type Supergraph } from './supergraph.js';

/** A supergraph with the server that answers for it; the two live and end together. */
export interface RunningSupergraph extends StartedServer {
  readonly supergraph: Supergraph;
  /** Only after its last request. */
  stop(): Promise<void>;
}

/**
 * @param previous the planner that this one takes over from: what it is used for is planned beforehand
 * @throws SupergraphError; nothing is left open then
 */
export async function runSupergraph(
  sdl: string,
  options: ServerOptions,
  previous: CachedPlanner | null = null,
): Promise<RunningSupergraph> {
  const supergraph = await buildSupergraph(sdl, options.config, options.telemetry, options.cache ?? null);
  try {
    if (previous !== null) await takeOver(supergraph, previous, options);
    const started = await startServer(supergraph, options);
    return {
      supergraph,
      ...started,
      async stop() {
        await started.server.stop();
        await supergraph.close();
      },
    };
  } catch (error) {
    await supergraph.close();
    throw error;
  }
}

async function takeOver(
  { planner, overrideLabels }: Supergraph,
  previous: CachedPlanner,
  { config, log }: ServerOptions,
): Promise<void> {
  const { cache, warmed_up_queries: asked, warm_up_timeout: timeout } = config.supergraph.query_planning;
  const limit = asked ?? Math.ceil(cache.in_memory.limit / 3);
  log.info(await warmUp(planner, previous, overrideLabels, { limit, timeout }), 'query plans warmed up');
}
