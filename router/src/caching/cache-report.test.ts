import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { CacheMetrics } from '../telemetry/cache-metrics.js';
import { cachedSubgraph } from '../testing/cached-subgraph.js';
import { noCacheObserver, type CachedPart } from './cache-observer.js';
import { CacheReport } from './cache-report.js';

const reviews: CachedPart = { subgraph: 'reviews', kind: 'entity', name: 'Review' };
const products: CachedPart = { subgraph: 'catalog', kind: 'root', name: 'products' };

describe('the report of a request', () => {
  test('says of each part what became of it, added up by name', () => {
    const report = new CacheReport(noCacheObserver);
    report.lookedUp(reviews, { hits: 7, partialHits: 0, misses: 0, reason: null });
    report.lookedUp(reviews, { hits: 1, partialHits: 1, misses: 2, reason: 'fenced', stale: 1 });
    report.lookedUp(products, { hits: 0, partialHits: 0, misses: 1, reason: 'absent' });
    report.notCacheable(products, 'subgraph', 'it reads the clock\nand more');
    report.fillRefused(reviews, 2);
    report.lookedUp(
      { subgraph: '', kind: 'answer', name: '' },
      { hits: 1, partialHits: 0, misses: 0, reason: null },
    );
    expect(report.text()).toBe(
      'reviews Review: 8 hits (1 stale), 1 partial hit, 2 misses (fenced), 2 too old to be stored; ' +
        'catalog products: 1 miss (absent), not cacheable (subgraph: it reads the clock?and more); whole answer: 1 hit',
    );
  });

  test('calls parts by their types and fields, whatever the operation calls them, looked up or refused', async () => {
    const typeDefs = `
      type Query { products: [Product!]!  categories: Int }
      type Product @key(fields: "id") { id: ID!  name: String! }
    `;
    const resolvers = {
      Query: { products: () => [{ id: '1', name: 'a' }], categories: () => 1 },
      Product: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'a' }) },
    };
    const report = new CacheReport(noCacheObserver);
    const subgraph = cachedSubgraph({ typeDefs, resolvers, observer: report, origin: () => ({ maxAge: 0 }) });
    await subgraph.fetch('{top:products{name} __typename categories}');
    const entities =
      'query($representations:[_Any!]!){_entities(representations:$representations){...on Product{name}}}';
    await subgraph.entities(entities, [{ __typename: 'Product', id: '1' }]);
    expect(report.text()).toBe(
      's products categories: 1 miss (absent), not cacheable (no-lifetime); s Product: 1 miss (absent), not cacheable (no-lifetime)',
    );
  });

  test('is no header where nothing was looked up, and never a long one', () => {
    const report = new CacheReport(noCacheObserver);
    expect(report.text()).toBeNull();
    for (let index = 0; index < 100; index += 1) {
      report.notCacheable({ ...products, name: `${'a'.repeat(100)}${index}` }, 'error');
    }
    expect(report.text()?.length).toBe(1_000);
    expect(report.text()).toMatch(/\.\.\.$/);
  });

  test('passes everything on to who counts', async () => {
    const registry = new Registry();
    const metrics = new CacheMetrics(registry, [0.001, 1]);
    const report = new CacheReport(metrics.requests);
    report.lookedUp(reviews, {
      hits: 3,
      partialHits: 1,
      misses: 2,
      reason: 'expired',
      fromMemory: 2,
      stale: 1,
    });
    report.notCacheable(products, 'no-lifetime');
    report.stored(reviews, 2, 100);
    report.fillRefused(reviews, 1);
    metrics.writes.settled('reviews', 5, 1);
    metrics.writes.doubted('reviews');
    metrics.invalidations.invalidated('done', 4, 1);
    metrics.onCommand('read', 0.5, 'ok');
    metrics.read({ breakerState: () => 'open', bytes: () => ({ parts: 10, answers: 20 }), owing: () => 1 });
    const text = await registry.metrics();
    const of = 'subgraph_name="reviews",kind="entity"';
    for (const line of [
      `selvedge_cache_hits_total{${of}} 3`,
      `selvedge_cache_partial_hits_total{${of}} 1`,
      `selvedge_cache_misses_total{${of},reason="expired"} 2`,
      `selvedge_cache_memory_hits_total{${of}} 2`,
      `selvedge_cache_stale_hits_total{${of}} 1`,
      `selvedge_cache_stored_bytes_total{${of}} 100`,
      `selvedge_cache_refused_fills_total{${of}} 1`,
      'selvedge_cache_not_cacheable_total{subgraph_name="catalog",kind="root",reason="no-lifetime"} 1',
      'selvedge_cache_writes_total{subgraph_name="reviews",outcome="settled"} 1',
      'selvedge_cache_writes_total{subgraph_name="reviews",outcome="unknown"} 1',
      'selvedge_cache_fence_age_seconds_count{subgraph_name="reviews"} 1',
      'selvedge_cache_invalidation_fences_total 4',
      'selvedge_cache_redis_command_duration_seconds_count{command="read",outcome="ok"} 1',
      'selvedge_cache_breaker_open 1',
      'selvedge_cache_memory_bytes{kind="answers"} 20',
      'selvedge_cache_stores_owing 1',
    ]) {
      expect(text).toContain(line);
    }
  });
});
