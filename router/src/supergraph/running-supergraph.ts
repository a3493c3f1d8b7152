import type { ApolloServer } from '@apollo/server';
import { startServer, type ServerOptions } from '../pipeline/apollo-server.js';
import type { RequestContext } from '../pipeline/request-context.js';
import { buildSupergraph, type Supergraph } from './supergraph.js';

/** A supergraph with the server that answers for it; the two live and end together. */
export interface RunningSupergraph {
  readonly supergraph: Supergraph;
  readonly server: ApolloServer<RequestContext>;
  /** Only after its last request. */
  stop(): Promise<void>;
}

/** @throws SupergraphError; nothing is left open then */
export async function runSupergraph(sdl: string, options: ServerOptions): Promise<RunningSupergraph> {
  const supergraph = buildSupergraph(sdl, options.config);
  try {
    const server = await startServer(supergraph, options);
    return {
      supergraph,
      server,
      async stop() {
        await server.stop();
        await supergraph.close();
      },
    };
  } catch (error) {
    await supergraph.close();
    throw error;
  }
}
