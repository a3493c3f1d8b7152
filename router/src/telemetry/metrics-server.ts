/** The endpoint that Prometheus reads, on an address of its own, so that what clients reach never has it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';

export interface MetricsServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly path: string;
  /** In Prometheus' text format. */
  readonly metricsText: () => Promise<string>;
  readonly onError: (error: unknown) => void;
}

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws node's error when the address cannot be had */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { listen, path, metricsText, onError } = options;
  const server = createServer((request, response) => {
    request.resume();
    const [asked] = (request.url ?? '/').split('?', 1);
    if (asked !== path || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(asked === path ? 405 : 404, { 'content-length': 0 }).end();
      return;
    }
    metricsText().then(
      (text) => {
        response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(text);
      },
      (error: unknown) => {
        onError(error);
        response.writeHead(500, { 'content-length': 0 }).end();
      },
    );
  });
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}${path}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
