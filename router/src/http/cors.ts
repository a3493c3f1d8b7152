/** Cross-origin rules (https://fetch.spec.whatwg.org/#http-cors-protocol) with the keys of Apollo Router's `cors`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsConfig } from '../config/schema.js';

interface Head {
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
}

export interface Cors {
  /** Whether pages of this origin may read answers. */
  readonly allows: (origin: string) => boolean;
  /** Puts on the answer what lets the asking origin read it; nothing for an origin that may not. */
  allow(request: IncomingMessage, head: Head): void;
  /** Answers the browser's question whether it may send the real request. */
  preflight(request: IncomingMessage, response: ServerResponse): void;
}

export function corsRules(config: CorsConfig): Cors {
  const origins = new Set(config.origins);
  const allows = (origin: string) => config.allow_any_origin || origins.has(origin);

  function allow(request: IncomingMessage, response: Head): boolean {
    const { origin } = request.headers;
    // The answer differs by origin, also for the origins that get nothing.
    if (!config.allow_any_origin) response.appendHeader('vary', 'origin');
    if (origin === undefined || !allows(origin)) return false;
    response.setHeader('access-control-allow-origin', config.allow_any_origin ? '*' : origin);
    if (config.allow_credentials) response.setHeader('access-control-allow-credentials', 'true');
    return true;
  }

  return {
    allows,
    allow(request, response) {
      if (allow(request, response) && config.expose_headers.length > 0) {
        response.setHeader('access-control-expose-headers', config.expose_headers.join(', '));
      }
    },
    preflight(request, response) {
      if (allow(request, response)) {
        response.setHeader('access-control-allow-methods', config.methods.join(', '));
        const asked = request.headers['access-control-request-headers'];
        const headers = config.allow_headers.length > 0 ? config.allow_headers.join(', ') : asked;
        if (config.allow_headers.length === 0)
          response.appendHeader('vary', 'access-control-request-headers');
        if (headers !== undefined) response.setHeader('access-control-allow-headers', headers);
        if (config.max_age !== undefined) {
          response.setHeader('access-control-max-age', String(Math.floor(config.max_age / 1_000)));
        }
      }
      response.writeHead(204, { 'content-length': 0 }).end();
    },
  };
}
