/**
 * Refuses what a page of another site makes a browser send (cross-site request forgery), by what browsers say of each
 * request themselves: Fetch Metadata (https://www.w3.org/TR/fetch-metadata/) and `Origin`, which no page can forge. It
 * replaces @apollo/server's check, which asks every client for a header that needs a preflight, so that a plain GET
 * passes. What it keeps true: where a browser tells where a request comes from, only the router's own pages, the
 * user's own hand (the address bar, an extension) and the origins that CORS allows get an answer; where it tells
 * nothing, nothing runs with credentials that the browser added by itself, and no POST runs that needed no preflight.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { essenceOf } from './media-types.js';
import type { Refusal } from './respond.js';

export interface RequestHead {
  /** GET or POST. A query alone may come by GET, so that whatever changes something is a POST. */
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * @param allowsOrigin whether CORS lets this origin read answers
 * @returns `null` for a request that may pass
 */
export function checkFetchMetadata(
  request: RequestHead,
  allowsOrigin: (origin: string) => boolean,
): Refusal | null {
  return checkSite(request.headers, allowsOrigin) ?? checkSimpleRequest(request);
}

/** Where it comes from, as far as the browser tells. */
function checkSite(headers: IncomingHttpHeaders, allowsOrigin: (origin: string) => boolean): Refusal | null {
  const { origin } = headers;
  if (origin !== undefined && allowsOrigin(origin)) return null;
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string' && site !== '') {
    // Goes before a look at `Host`, which proxies rewrite: the browser has compared the address that it has asked.
    if (site === 'same-origin' || site === 'none') return null;
    const message = `expected a request of the router's own pages, or of an origin in \`cors.origins\`, but got one that is ${quote(site)}`;
    return refusal(403, origin === undefined ? message : `${message}, from ${quote(origin)}`);
  }
  if (origin === undefined || isOwnOrigin(origin, headers.host)) return null;
  return refusal(
    403,
    `expected the router's own origin, or one in \`cors.origins\`, but got ${quote(origin)}`,
  );
}

/** What no preflight has gone before, so that any page could have sent it (https://fetch.spec.whatwg.org/#simple-header). */
function checkSimpleRequest({ method, headers }: RequestHead): Refusal | null {
  const contentType = essenceOf(headers['content-type']);
  if (method !== 'GET') {
    if (!simpleContentTypes.has(contentType)) return null;
    return refusal(
      415,
      `expected content-type application/json but got ${contentType || 'none'}, which any page could have sent`,
    );
  }
  const site = headers['sec-fetch-site'];
  const isPlaced = (typeof site === 'string' && site !== '') || headers.origin !== undefined;
  if (isPlaced || !hasAmbientCredentials(headers) || hasPreflightedHeader(headers, contentType)) return null;
  return refusal(
    403,
    'expected a GET with a cookie or a browser’s login to say where it comes from (Sec-Fetch-Site or Origin), ' +
      'or to have the header apollo-require-preflight, but got neither',
  );
}

/** None at all is one of them: a body without a type needs no preflight either. */
const simpleContentTypes: ReadonlySet<string> = new Set([
  '',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
]);

/** What a browser adds for its user whoever asks. A page that sets `Authorization` itself needs a preflight. */
function hasAmbientCredentials({ cookie, authorization }: IncomingHttpHeaders): boolean {
  return cookie !== undefined || /^\s*(?:basic|digest|negotiate|ntlm)\b/i.test(authorization ?? '');
}

function hasPreflightedHeader(headers: IncomingHttpHeaders, contentType: string): boolean {
  return (
    contentType === 'application/json' ||
    Boolean(headers['apollo-require-preflight']) ||
    Boolean(headers['x-apollo-operation-name'])
  );
}

/** The scheme is left out: whoever ends TLS before the router turns `https` into `http`. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  // Parsed with the origin's scheme, so that a default port that is spelt out makes no difference.
  const own = `${protocol}//${host}`;
  return originHost !== '' && URL.canParse(own) && new URL(own).host === originHost;
}

function refusal(status: number, message: string): Refusal {
  return { status, code: 'CSRF_ERROR', message };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
