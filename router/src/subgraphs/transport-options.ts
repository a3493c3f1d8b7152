/** How router.yaml says that a subgraph is reached. */
import type { RouterConfig } from '../config/schema.js';
import type { TlsOptions } from './connection-options.js';
import type { HttpTransportOptions } from './transport.js';

export function transportOptions(config: RouterConfig, subgraph: string, url: string): HttpTransportOptions {
  const { all, subgraphs } = config.traffic_shaping;
  const own = subgraphs[subgraph];
  const compression = own?.compression ?? all.compression;
  return {
    url,
    timeout: own?.timeout ?? all.timeout,
    maxResponseBytes: config.limits.subgraph_max_response_bytes,
    http2: own?.experimental_http2 ?? all.experimental_http2,
    tls: tlsOptions(config, subgraph),
    ...(compression !== undefined && { compression }),
  };
}

/** A subgraph's own entry goes before `all`, key by key. */
function tlsOptions(config: RouterConfig, subgraph: string): TlsOptions {
  const { all, subgraphs } = config.tls.subgraph;
  const own = subgraphs[subgraph];
  const ca = own?.certificate_authorities ?? all.certificate_authorities;
  const client = own?.client_authentication ?? all.client_authentication;
  return {
    ...(ca !== undefined && { ca }),
    ...(client !== undefined && { cert: client.certificate_chain, key: client.key }),
  };
}
