/** The explorer as a person meets it: a real browser, no internet, the running system behind it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSystem, type System } from './system.js';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath);
const root = path.resolve(import.meta.dirname, '..');

if (missing) {
  const message = `The explorer was not tested: there is no Chromium at ${executablePath} (CHROMIUM names another place).`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`${message}\n`);
}

// Monaco in a browser, on a machine that may be busy.
describe.skipIf(missing)('the explorer', { timeout: 120_000 }, () => {
  let system: System;
  let url: string;
  let tokens: { staff: string; customer: string };
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the page asked other hosts for, and what it complained about. */
  let strayRequests: string[];
  let complaints: string[];

  beforeAll(async () => {
    system = await startSystem();
    ({ url, tokens } = system);
    browser = await chromium.launch({ executablePath, headless: true, args: quietOffline });
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  beforeEach(async () => {
    strayRequests = [];
    complaints = [];
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    context.on('request', (request) => {
      const asked = request.url();
      if (!asked.startsWith('data:') && new URL(asked).origin !== new URL(url).origin)
        strayRequests.push(asked);
    });
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page = await context.newPage();
    await page.goto(new URL('/', url).href);
    await page.getByRole('tab', { name: 'AllSixServices' }).waitFor();
  });
  afterEach(async () => {
    await context.close();
    expect(strayRequests).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('answers an operation over all six services for the user whose token was pasted', async () => {
    await page.getByLabel('Development token').fill(`Authorization: Bearer ${tokens.customer}`);
    await page.getByRole('status').getByText('customer').waitFor();

    const { data, errors } = await run(page);

    expect(errors).toBeUndefined();
    const products = data?.products?.nodes ?? [];
    expect(products).toHaveLength(3);
    expect(products.flatMap(({ reviews }) => reviews.nodes)).not.toHaveLength(0);
    const orders = data?.me?.orders.nodes ?? [];
    const methods = orders.flatMap(({ payments }) => payments.map(({ method }) => method));
    expect(methods[0]?.label).toEqual(expect.any(String));
    expect(methods[0]?.nickname).toEqual(expect.any(String));
    await expect.poll(() => shownAnswer(page)).toContain(`"name": ${JSON.stringify(products[0]?.name)}`);
    if (process.env['SCREENSHOT'] === '1') {
      await page.screenshot({ path: path.join(root, 'docs/images/explorer.png') });
    }
  });

  it('runs every example for a visitor who has no token', async () => {
    const examples = page.getByRole('region', { name: 'Examples' }).getByRole('button');
    const count = await examples.count();
    expect(count).toBeGreaterThanOrEqual(7);
    for (let index = 0; index < count; index += 1) {
      await examples.nth(index).click();
      const title = await examples.nth(index).innerText();
      const { data, errors } = await run(page);
      expect({ title, errors }).toEqual({ title, errors: undefined });
      expect(data).toBeTruthy();
    }
  });

  it('takes the user from the address, keeps it over a reload and forgets it when told to', async () => {
    await page.goto(new URL(`/#token=${tokens.staff}`, url).href);
    await page.getByRole('status').getByText('staff').waitFor();
    expect(page.url()).not.toContain(tokens.staff);
    await page.reload();
    await page.getByRole('button', { name: 'Stop acting as this user' }).click();
    const { data } = await run(page);
    expect(data).toMatchObject({ me: null });
  });

  it('checks the operation against the schema while it is written', async () => {
    const editor = page.getByRole('region', { name: 'Operation Editor' });
    await editor.locator('.view-lines').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{ nothingOfTheKind ');
    await editor.locator('.squiggly-error').first().waitFor();
  });

  it('leads to Apollo Sandbox without asking it for anything', async () => {
    const link = page.getByRole('link', { name: 'Open in Apollo Sandbox' });
    const endpoint = encodeURIComponent(`${new URL(url).origin}/graphql`);
    expect(await link.getAttribute('href')).toBe(
      `https://studio.apollographql.com/sandbox/explorer?endpoint=${endpoint}`,
    );
  });
});

/** No name but the loopback address resolves, so that what needs the internet fails here as it would on a plane. */
const quietOffline = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

interface Answer {
  data?: {
    products?: { nodes: { name: string; reviews: { nodes: { author: { name: string } }[] } }[] };
    me?: { orders: { nodes: { payments: { method: { label: string; nickname: string } }[] }[] } } | null;
  } | null;
  errors?: unknown;
}

/** Runs what is in the editor. */
async function run(page: Page): Promise<Answer> {
  // Until Monaco shows the operation there is nothing that the button could send.
  await page
    .getByRole('region', { name: 'Operation Editor' })
    .locator('.view-line')
    .filter({ hasText: /query\s/ })
    .first()
    .waitFor();
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/graphql') && !isIntrospection(response.request()),
  );
  await page.getByRole('button', { name: /Execute query/ }).click();
  return (await (await answered).json()) as Answer;
}

function isIntrospection(request: Request): boolean {
  return request.postData()?.includes('IntrospectionQuery') === true;
}

async function shownAnswer(page: Page): Promise<string> {
  return plainSpaces(await page.locator('.graphiql-response .view-lines').innerText());
}

/** Monaco shows its spaces as no-break spaces. */
function plainSpaces(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
