import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from './load.js';

function problemsOf(text: string): readonly string[] {
  try {
    parseConfig(`response_cache: ${text}`, {});
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('expected the configuration to be refused');
}

describe('response_cache', () => {
  test('is off unless told, and has a default for the rest', () => {
    expect(parseConfig('', {}).response_cache).toEqual({
      enabled: false,
      debug: true,
      mode: 'available',
      max_clock_difference: 1_000,
      in_memory: { max_bytes: 64_000_000 },
      whole_answers: { enabled: true },
      subgraph: { all: { enabled: true, max_ttl: 86_400_000 }, subgraphs: {} },
    });
  });

  test('tells clients nothing in production', () => {
    expect(parseConfig('', { NODE_ENV: 'production' }).response_cache.debug).toBe(false);
  });

  test("reads what Apollo Router's documentation has", () => {
    const { response_cache } = parseConfig(
      `
      response_cache:
        enabled: true
        debug: true
        invalidation: { listen: "127.0.0.1:4001", path: /invalidation }
        subgraph:
          all:
            enabled: true
            ttl: 30s
            redis: { urls: ["redis://127.0.0.1:6379"], timeout: 50ms, namespace: shop }
            invalidation: { enabled: true, shared_key: "\${env.KEY}" }
          subgraphs:
            reviews: { ttl: 120s, enabled: false, invalidation: { enabled: true, shared_key: other } }
      `,
      { KEY: 'secret' },
    );
    expect(response_cache.invalidation).toEqual({
      listen: { host: '127.0.0.1', port: 4001 },
      path: '/invalidation',
    });
    expect(response_cache.subgraph.all).toEqual({
      enabled: true,
      ttl: 30_000,
      max_ttl: 86_400_000,
      redis: { urls: ['redis://127.0.0.1:6379'], timeout: 50, namespace: 'shop' },
      invalidation: { enabled: true, shared_key: 'secret' },
    });
    expect(response_cache.subgraph.subgraphs['reviews']).toEqual({
      ttl: 120_000,
      enabled: false,
      invalidation: { enabled: true, shared_key: 'other' },
    });
  });

  test.each([
    ['{ mode: stric }', '`response_cache.mode`: expected "available" or "strict" but got "stric"'],
    ['{ enable: true }', 'unknown key `response_cache.enable`, did you mean `response_cache.enabled`?'],
    [
      '{ subgraph: { subgraphs: { reviews: { tll: 1s } } } }',
      'unknown key `response_cache.subgraph.subgraphs.reviews.tll`, did you mean `response_cache.subgraph.subgraphs.reviews.ttl`?',
    ],
    [
      '{ subgraph: { all: { redis: { urls: [] } } } }',
      '`response_cache.subgraph.all.redis.urls`: expected at least 1 but got a list',
    ],
    [
      '{ subgraph: { all: { redis: { urls: ["redis://a", "redis://b"] } } } }',
      '`response_cache.subgraph.all.redis.urls`: expected one host in redis:// but got 2; for more: redis-cluster://',
    ],
    [
      '{ subgraph: { all: { redis: { urls: ["redis-cluster://a", "redis-sentinel://b"] } } } }',
      '`response_cache.subgraph.all.redis.urls`: expected Redis URLs of one form but got redis-cluster:// and redis-sentinel://',
    ],
    [
      '{ subgraph: { all: { redis: { urls: ["redis://a"], namespace: "{a}" } } } }',
      '`response_cache.subgraph.all.redis.namespace`: expected a text without braces, which have a meaning in the keys of Redis',
    ],
    [
      '{ subgraph: { all: { invalidation: { enabled: true } } } }',
      '`response_cache.subgraph.all.invalidation`: expected `shared_key` beside `enabled: true`',
    ],
    [
      '{ in_memory: { max_bytes: -1 } }',
      '`response_cache.in_memory.max_bytes`: expected at least 0 but got -1',
    ],
    [
      '{ invalidation: { path: /invalidation } }',
      '`response_cache.invalidation.listen`: expected a string but it is missing',
    ],
    [
      '{ invalidation: { listen: "127.0.0.1:4001" } }',
      '`response_cache`: expected a `shared_key` for all subgraphs, or for one, beside `invalidation`',
    ],
    [
      '{ subgraph: { all: { redis: { urls: ["http://user:secret@a"] } } } }',
      '`response_cache.subgraph.all.redis.urls`: expected redis://, redis-sentinel:// or redis-cluster:// (by TLS: rediss…) but got "a"',
    ],
  ])('refuses %s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});
