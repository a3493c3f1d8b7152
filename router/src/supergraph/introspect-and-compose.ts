/**
 * @apollo/gateway's `IntrospectAndCompose`, as router.yaml asks for it. A file of its own in the bundle, since @apollo/gateway
 * takes half a second and 40 MB to load, which a router that follows a file shall not pay.
 */
import { IntrospectAndCompose, type SupergraphManager } from '@apollo/gateway';
import type { Logger } from 'pino';
import type { IntrospectConfig } from '../config/schema.js';

export function introspectAndCompose(config: IntrospectConfig, log: Logger): SupergraphManager {
  const { subgraphs, poll_interval: pollIntervalInMs, health_check: subgraphHealthCheck } = config;
  return new IntrospectAndCompose({
    subgraphs: Object.entries(subgraphs).map(([name, url]) => ({ name, url })),
    subgraphHealthCheck,
    ...(pollIntervalInMs !== undefined && { pollIntervalInMs }),
    logger: {
      debug: (message) => {
        log.debug(String(message));
      },
      info: (message) => {
        log.info(String(message));
      },
      warn: (message) => {
        log.warn(String(message));
      },
      error: (message) => {
        log.error(String(message));
      },
    },
  });
}
