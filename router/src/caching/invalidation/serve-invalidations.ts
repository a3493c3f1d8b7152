/** Where the configuration has the invalidation endpoint: on an address of its own, or at a path of the router's. */
import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import type { RouterConfig } from '../../config/schema.js';
import { sendError } from '../../http/respond.js';
import { followGraphNames } from './graph-names.js';
import { invalidationEndpoint, type InvalidationObserver } from './invalidation-endpoint.js';
import type { InvalidationPort } from './invalidation-port.js';
import { atPath, startInvalidationServer, type InvalidationServer } from './invalidation-server.js';
import { SharedKeys } from './shared-keys.js';

export interface InvalidationOptions {
  readonly config: RouterConfig;
  readonly port: InvalidationPort;
  /** The supergraph of the moment. */
  readonly sdl: () => string;
  readonly log: Logger;
  /** `null` where nothing is counted. */
  readonly observer: InvalidationObserver | null;
}

/** Whether it is served by whoever has an address of its own for it, and not at a path of the router's. */
function hasOwnAddress({ supergraph, response_cache: { invalidation } }: RouterConfig): boolean {
  if (invalidation === undefined) return false;
  const { listen } = invalidation;
  return listen.port !== supergraph.listen.port || listen.host !== supergraph.listen.host;
}

/** @returns `null` where the configuration has none */
function invalidationListener({
  config,
  port,
  sdl,
  log,
  observer,
}: InvalidationOptions): RequestListener | null {
  const { invalidation, subgraph } = config.response_cache;
  if (invalidation === undefined) return null;
  return invalidationEndpoint({
    port,
    keys: new SharedKeys(subgraph),
    names: followGraphNames(sdl),
    log,
    observer: observer ?? { invalidated: () => undefined },
  });
}

/** @returns the listener with the endpoint at its path, where that is on the router's own address */
export function withInvalidations(listener: RequestListener, options: InvalidationOptions): RequestListener {
  const { invalidation } = options.config.response_cache;
  const endpoint = invalidationListener(options);
  if (invalidation === undefined || endpoint === null || hasOwnAddress(options.config)) return listener;
  return atPath(invalidation.path, endpoint, listener);
}

/** On an address of its own. */
export interface ServedInvalidations extends InvalidationServer {
  /** From now on the shared keys are those of this configuration, and none where it has no endpoint. The address stays. */
  reconfigure(config: RouterConfig): void;
}

/** @returns `null` where it has no address of its own. @throws node's error when the address cannot be had */
export async function serveInvalidations(options: InvalidationOptions): Promise<ServedInvalidations | null> {
  const { invalidation } = options.config.response_cache;
  let listener = invalidationListener(options);
  if (invalidation === undefined || listener === null || !hasOwnAddress(options.config)) return null;
  const server = await startInvalidationServer(invalidation, (request, response) => {
    (listener ?? notThere)(request, response);
  });
  options.log.info({ url: server.url }, 'invalidations');
  return {
    ...server,
    reconfigure(config) {
      listener = config.response_cache.enabled ? invalidationListener({ ...options, config }) : null;
    },
  };
}

const notThere: RequestListener = (request, response) => {
  request.resume();
  sendError(response, 404, 'NOT_FOUND', 'expected a configuration with this endpoint but got one without');
};
