/** What a client is told of a mutation that nobody could be told of, where its answer comes in parts. */
import { afterEach, expect, test } from 'vitest';
import { payloadsOf, startDeferredShop } from '../../testing/deferred-shop.js';
import { Cleanup } from '../../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test('the first part says that a write is unconfirmed, and no other does', async () => {
  // Nobody listens there.
  const redis = 'redis: { urls: ["redis://127.0.0.1:1"], timeout: 100ms }';
  const yaml = `response_cache: { enabled: true, subgraph: { all: { ${redis} } } }`;
  const { router, reviewsGate } = await startDeferredShop(cleanup, yaml);
  reviewsGate.close();
  const query = 'mutation { rename(id: "1", name: "new") { name ... @defer { rating } } }';
  const accept = 'multipart/mixed;deferSpec=20220824,application/json';
  const parts: unknown[] = [];
  for await (const part of payloadsOf(await router.post({ query }, { headers: { accept } }))) {
    reviewsGate.open();
    parts.push(part);
  }
  const [first, ...others] = parts;
  expect(first).toMatchObject({
    data: { rename: { name: 'new' } },
    extensions: { cache: { unconfirmed: true } },
  });
  expect(others.length).toBeGreaterThan(0);
  expect(JSON.stringify(others)).toContain('rating');
  expect(JSON.stringify(others)).not.toContain('unconfirmed');
});
