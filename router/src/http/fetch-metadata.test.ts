/** Cross-site request forgery: what browsers send, and which of it the router refuses. */
import type { IncomingHttpHeaders } from 'node:http';
import { json, startStubSubgraph } from '@selvedge/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';
import { checkFetchMetadata } from './fetch-metadata.js';

type Row = [what: string, method: 'GET' | 'POST', headers: IncomingHttpHeaders, status: 'passes' | 403 | 415];

const own = 'https://graph.example';
const evil = 'https://evil.example';
const shop = 'https://shop.example';
const allows = (origin: string) => origin === shop;

const jsonType = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const text = { 'content-type': 'text/plain;charset=UTF-8' };
const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
const cookie = { cookie: 'session=1' };
const from = (site: string, mode: string, dest: string): IncomingHttpHeaders => ({
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
  'sec-fetch-dest': dest,
});

function check(rows: Row[]): void {
  test.each(rows)('%s: %s %o: %s', (_, method, headers, expected) => {
    const refusal = checkFetchMetadata({ method, headers: { host: 'graph.example', ...headers } }, allows);
    expect(refusal?.status ?? 'passes').toBe(expected);
    if (refusal !== null)
      expect(refusal).toMatchObject({ code: 'CSRF_ERROR', message: /^expected .* but got / });
  });
}

describe('a page of another site', () => {
  check([
    ['image', 'GET', { ...from('cross-site', 'no-cors', 'image'), ...cookie }, 403],
    ['image, without cookies', 'GET', from('cross-site', 'no-cors', 'image'), 403],
    ['image with crossorigin', 'GET', { ...from('cross-site', 'cors', 'image'), origin: evil }, 403],
    ['script', 'GET', from('cross-site', 'no-cors', 'script'), 403],
    ['stylesheet', 'GET', from('cross-site', 'no-cors', 'style'), 403],
    ['iframe', 'GET', from('cross-site', 'navigate', 'iframe'), 403],
    ['link', 'GET', { ...from('cross-site', 'navigate', 'document'), ...cookie }, 403],
    ['form, GET', 'GET', { ...from('cross-site', 'navigate', 'document'), ...cookie }, 403],
    ['form', 'POST', { ...from('cross-site', 'navigate', 'document'), ...form, origin: evil }, 403],
    [
      'form in an iframe with sandbox',
      'POST',
      { ...from('cross-site', 'navigate', 'document'), ...form, origin: 'null' },
      403,
    ],
    ['no-cors fetch', 'GET', from('cross-site', 'no-cors', 'empty'), 403],
    ['no-cors fetch', 'POST', { ...from('cross-site', 'no-cors', 'empty'), ...text, origin: evil }, 403],
    ['beacon without a type', 'POST', { ...from('cross-site', 'no-cors', 'empty'), origin: evil }, 403],
    ['simple cors fetch', 'GET', { ...from('cross-site', 'cors', 'empty'), origin: evil }, 403],
    [
      'what no browser would send after its preflight',
      'POST',
      { ...from('cross-site', 'cors', 'empty'), ...jsonType, origin: evil },
      403,
    ],
    [
      'a header does not help',
      'GET',
      { ...from('cross-site', 'cors', 'empty'), 'apollo-require-preflight': 'true' },
      403,
    ],
    ['a subdomain', 'GET', { ...from('same-site', 'no-cors', 'image'), ...cookie }, 403],
    [
      'a subdomain',
      'POST',
      { ...from('same-site', 'cors', 'empty'), ...jsonType, origin: 'https://blog.graph.example' },
      403,
    ],
    ['a value that is yet to be invented', 'GET', { 'sec-fetch-site': 'other-site' }, 403],
    ['the header twice', 'GET', { 'sec-fetch-site': 'none, cross-site' }, 403],
  ]);
});

describe('a page of an origin that CORS allows', () => {
  check([
    [
      'preflighted fetch',
      'POST',
      { ...from('cross-site', 'cors', 'empty'), ...jsonType, origin: shop },
      'passes',
    ],
    [
      'preflighted fetch of a subdomain',
      'POST',
      { ...from('same-site', 'cors', 'empty'), ...jsonType, origin: shop },
      'passes',
    ],
    ['without Fetch Metadata', 'POST', { ...jsonType, origin: shop, ...cookie }, 'passes'],
    ['fetch', 'GET', { ...from('cross-site', 'cors', 'empty'), origin: shop }, 'passes'],
    ['fetch, without Fetch Metadata', 'GET', { origin: shop, ...cookie }, 'passes'],
    ['image, which does not say whose', 'GET', from('cross-site', 'no-cors', 'image'), 403],
    ['form', 'POST', { ...from('cross-site', 'navigate', 'document'), ...form, origin: shop }, 415],
  ]);
});

describe('the router’s own pages, and its user', () => {
  check([
    [
      'explorer',
      'POST',
      { ...from('same-origin', 'cors', 'empty'), ...jsonType, ...cookie, origin: own },
      'passes',
    ],
    ['GET', 'GET', { ...from('same-origin', 'cors', 'empty'), ...cookie }, 'passes'],
    [
      'behind a proxy that changes Host',
      'POST',
      { ...from('same-origin', 'cors', 'empty'), ...jsonType, origin: own, host: 'router:4000' },
      'passes',
    ],
    ['address bar', 'GET', { ...from('none', 'navigate', 'document'), ...cookie }, 'passes'],
    [
      'a browser’s extension',
      'POST',
      { ...from('none', 'cors', 'empty'), ...jsonType, origin: 'chrome-extension://abc' },
      'passes',
    ],
    [
      'a form of its own has the wrong type',
      'POST',
      { ...from('same-origin', 'navigate', 'document'), ...form, origin: own },
      415,
    ],
    [
      'a fetch of its own has the wrong type',
      'POST',
      { ...from('same-origin', 'cors', 'empty'), ...text, origin: own },
      415,
    ],
  ]);
});

describe('a browser without Fetch Metadata: an old one, or any over plain HTTP', () => {
  check([
    ['form', 'POST', { ...form, ...cookie, origin: evil }, 403],
    ['form, older still', 'POST', { ...form, ...cookie }, 415],
    ['form of files', 'POST', { ...multipart, ...cookie }, 415],
    ['form of text', 'POST', { ...text, ...cookie }, 415],
    ['form of text, disguised', 'POST', { 'content-type': 'text/plain; x=application/json' }, 415],
    ['beacon', 'POST', cookie, 415],
    ['an empty type', 'POST', { 'content-type': '' }, 415],
    [
      'form, with a header that does not help',
      'POST',
      { ...multipart, 'apollo-require-preflight': 'true' },
      415,
    ],
    ['cors fetch', 'GET', { origin: evil }, 403],
    ['sandbox', 'GET', { origin: 'null' }, 403],
    ['image with a cookie', 'GET', cookie, 403],
    ['image with a login', 'GET', { authorization: 'Basic dTpw' }, 403],
    ['image with a login of Windows', 'GET', { authorization: 'Negotiate abc' }, 403],
    ['empty metadata are none', 'GET', { ...cookie, 'sec-fetch-site': '' }, 403],
    // What is left; docs/router.md says so.
    ['image without a cookie', 'GET', {}, 'passes'],
    ['the router’s own page', 'POST', { ...jsonType, ...cookie, origin: own }, 'passes'],
    ['the router’s own page', 'GET', { ...cookie, origin: own }, 'passes'],
    ['its own page, TLS ended before it', 'GET', { origin: 'http://graph.example', ...cookie }, 'passes'],
    ['its own page, port spelt out', 'GET', { origin: own, host: 'graph.example:443' }, 'passes'],
    ['another port', 'GET', { origin: 'https://graph.example:8443' }, 403],
    ['another host that begins alike', 'GET', { origin: 'https://graph.example.evil.example' }, 403],
    ['an origin without a host', 'GET', { origin: 'file://' }, 403],
    [
      'its own page, after a header that needs a preflight',
      'GET',
      { ...cookie, 'apollo-require-preflight': 'true' },
      'passes',
    ],
    ['the same by its older name', 'GET', { ...cookie, 'x-apollo-operation-name': 'A' }, 'passes'],
    ['an empty header is none', 'GET', { ...cookie, 'apollo-require-preflight': '' }, 403],
    ['the same by its type', 'GET', { ...cookie, ...jsonType }, 'passes'],
    ['a type that needs none', 'GET', { ...cookie, ...text }, 403],
  ]);
});

describe('what is no browser', () => {
  check([
    ['GET', 'GET', { accept: '*/*' }, 'passes'],
    ['GET with a token', 'GET', { authorization: 'Bearer abc' }, 'passes'],
    ['POST', 'POST', { ...jsonType, ...cookie }, 'passes'],
    [
      'POST with another type is somebody else’s to refuse',
      'POST',
      { 'content-type': 'application/xml' },
      'passes',
    ],
  ]);
});

describe('in a running router', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  async function start(yaml: string) {
    const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave(json({ data: { a: 1 } }));
    const sdl = compose([{ name: 'one', url: stub.url, typeDefs: 'type Query { a: Int }' }]);
    const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
    return { stub, router };
  }

  test('a refused request is told why, reaches no subgraph, and is a line of the log', async () => {
    const { router, stub } = await start('');
    const url = `${router.endpoint}?query={a}`;
    const headers = { 'sec-fetch-site': 'cross-site', origin: evil };
    const answers = [
      await fetch(url, { headers }),
      await fetch(url, { headers: { cookie: 'session=1' } }),
      await router.post({ query: '{ a }' }, { headers }),
      await router.post('{"query":"{ a }"}', { headers: { 'content-type': 'text/plain' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 415]);
    for (const answer of answers) {
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'CSRF_ERROR' } }] });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(stub.requests).toHaveLength(0);
    expect(router.log.filter(({ codes }) => String(codes) === 'CSRF_ERROR')).toHaveLength(4);
  });

  test('the origins are those of `cors`, a list or any', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: shop };
    const listed = await start(`cors: { origins: ["${shop}"] }`);
    expect((await listed.router.query('{ a }', {}, { headers })).data).toEqual({ a: 1 });
    const elsewhere = { ...headers, origin: evil };
    expect((await listed.router.query('{ a }', {}, { headers: elsewhere })).status).toBe(403);
    const any = await start('cors: { allow_any_origin: true }');
    expect((await any.router.query('{ a }', {}, { headers: elsewhere })).data).toEqual({ a: 1 });
  });

  test('Apollo Sandbox and the explorer go on working in development', async () => {
    const { router } = await start('');
    const sandbox = { 'sec-fetch-site': 'cross-site', origin: 'https://studio.apollographql.com' };
    const explorer = { 'sec-fetch-site': 'same-origin', origin: router.url };
    for (const headers of [sandbox, explorer, { origin: router.url }]) {
      expect((await router.query('{ a }', {}, { headers })).data).toEqual({ a: 1 });
    }
  });
});
