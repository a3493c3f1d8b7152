/** The check of Fetch Metadata against a real browser: what pages of another site make Chromium send to a router. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, startStubSubgraph, type StubSubgraph } from '@selvedge/testkit';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath);
if (missing) {
  const message = `Foreign pages were not tested: there is no Chromium at ${executablePath} (CHROMIUM names another place).`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`${message}\n`);
}

describe.skipIf(missing)('a page of another site, in Chromium', { timeout: 120_000 }, () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let pages: Server;
  let router: TestRouter;
  let stub: StubSubgraph;
  let page: Page;

  beforeAll(async () => {
    // Plain HTTP to a name is what makes even a new browser send no Fetch Metadata; localhost counts as secure.
    const rules =
      '--host-resolver-rules=MAP *.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';
    browser = await chromium.launch({
      executablePath,
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', rules],
    });
    pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<body>'));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => pages.close(resolve));
  });
  beforeEach(async () => {
    stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
    stub.behave(json({ data: { a: 1, change: 2 } }));
    const typeDefs = 'type Query { a: Int } type Mutation { change: Int }';
    const sdl = compose([{ name: 'one', url: stub.url, typeDefs }]);
    const yaml = `cors: { origins: ["http://friend.example:${portOf(pages)}"] }`;
    router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
    const context = await cleanup.add(browser.newContext(), (opened) => opened.close());
    page = await context.newPage();
  });
  afterEach(() => cleanup.run());

  const routerAt = (host: string) => `http://${host}:${new URL(router.url).port}/graphql`;
  const visit = (host: string) => page.goto(`http://${host}:${portOf(pages)}/`);
  const refused = () =>
    router.log.filter(({ codes }) => String(codes) === 'CSRF_ERROR').map(({ status }) => status);

  /** Waits: a page learns nothing of a form's answer, so it cannot say when it has come. */
  const answered = (refusals: number) =>
    vi.waitFor(
      () => {
        expect(refused()).toHaveLength(refusals);
      },
      { timeout: 30_000 },
    );

  test('reaches nothing, by whatever way', async () => {
    const endpoint = routerAt('127.0.0.1');
    // Another host, not only another port: `localhost` and `127.0.0.1` are two sites.
    await visit('localhost');
    expect(await page.evaluate(sendEveryWay(endpoint))).toEqual(['failed', 'failed', 'nothing', 'nothing']);
    await page.evaluate(submitForms(endpoint));
    await answered(7);
    await Promise.all([page.waitForURL(/graphql/), page.evaluate(followLink(endpoint))]);
    expect(await page.textContent('body')).toContain('CSRF_ERROR');
    expect(stub.requests).toHaveLength(0);
    expect(refused()).toEqual(Array(8).fill(403));
  });

  test('the router’s own page, its user and an origin of `cors` are answered', async () => {
    const endpoint = routerAt('127.0.0.1');
    await page.goto(`${endpoint}?query={a}`);
    expect(await page.textContent('body')).toContain('{"data":{"a":1}}');
    expect(await page.evaluate(ask(endpoint))).toEqual({ data: { a: 1 } });
    await visit('friend.example');
    expect(await page.evaluate(ask(routerAt('graph.example')))).toEqual({ data: { a: 1 } });
    await visit('stranger.example');
    expect(await page.evaluate(ask(routerAt('graph.example')))).toBe('failed');
    expect(refused()).toEqual([]);
    expect(stub.requests).toHaveLength(3);
  });

  test('without Fetch Metadata, only a GET without a cookie is left', async () => {
    const endpoint = routerAt('graph.example');
    await visit('stranger.example');
    await page.evaluate(sendEveryWay(endpoint));
    await page.evaluate(submitForms(endpoint));
    // The fetch by POST and the forms.
    await answered(4);
    // The image, the script, and the fetch by GET: queries all, and of nobody in particular.
    expect(stub.requests.map(({ body }) => (body as { query: string }).query)).toEqual(Array(3).fill('{a}'));
    const cookie = { name: 'session', value: '1', url: endpoint };
    await page.context().addCookies([cookie]);
    stub.forget();
    await Promise.all([page.waitForURL(/graphql/), page.evaluate(followLink(endpoint))]);
    expect(await page.textContent('body')).toContain('CSRF_ERROR');
    expect(stub.requests).toHaveLength(0);
    expect(new Set(refused())).toEqual(new Set([403]));
  });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** What follows runs in the page, hence as text: our sources know no DOM. */
function inPage(script: string, endpoint: string): string {
  return `(async (endpoint) => { ${script} })(${JSON.stringify(endpoint)})`;
}

/** An image, a script, a fetch and a beacon; what the page learns of each. */
const sendEveryWay = (endpoint: string) =>
  inPage(
    `const load = (tag) => new Promise((resolve) => {
      const element = document.createElement(tag);
      element.onload = () => resolve('loaded');
      element.onerror = () => resolve('failed');
      element.src = endpoint + '?query={a}';
      document.body.append(element);
    });
    const send = (url, init) => fetch(url, { mode: 'no-cors', credentials: 'include', ...init })
      .then(async (response) => (await response.text()) === '' ? 'nothing' : 'read', () => 'failed');
    const body = JSON.stringify({ query: 'mutation { change }' });
    return Promise.all([
      load('img'), load('script'), send(endpoint + '?query={a}'), send(endpoint, { method: 'POST', body }),
    ]);`,
    endpoint,
  );

/** A form of each type, each into a frame of its own; one of them makes JSON of its field's name and value. */
const submitForms = (endpoint: string) =>
  inPage(
    `for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']) {
      const frame = document.createElement('iframe');
      frame.name = type;
      document.body.append(frame);
      const form = document.body.appendChild(document.createElement('form'));
      Object.assign(form, { method: 'POST', action: endpoint, enctype: type, target: type });
      const field = form.appendChild(document.createElement('input'));
      Object.assign(field, { name: '{"query":"mutation { change }","x":"', value: '"}' });
      form.submit();
    }`,
    endpoint,
  );

const followLink = (endpoint: string) => inPage(`location.href = endpoint + '?query={a}';`, endpoint);

/** As clients do: a fetch that needs a preflight wherever it goes to another origin. */
const ask = (endpoint: string) =>
  inPage(
    `const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ query: '{ a }' }) };
    return fetch(endpoint, init).then((response) => response.json(), () => 'failed');`,
    endpoint,
  );
