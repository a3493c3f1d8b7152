/**
 * Keys of router.yaml for the cache of parts of answers. Names and nesting are Apollo Router's; ours alone are `mode`,
 * `in_memory`, `whole_answers`, `max_ttl` and `stale_while_revalidate`. What is cached and what that promises: docs/response-cache.md.
 */
import * as z from 'zod';
import { cacheRedisUrl, duration, listenAddress } from './values.js';

const redis = z.strictObject({
  /** Of a cluster's nodes or of Sentinels, where there are several. */
  urls: z
    .array(cacheRedisUrl)
    .min(1, { error: 'expected at least one Redis URL' })
    .refine((urls) => new Set(urls.map((url) => new URL(url).protocol)).size <= 1, {
      error: 'expected URLs of one scheme: of one server, of a cluster, or of Sentinels',
    })
    .refine((urls) => urls.length <= 1 || /^rediss?-/.test(urls[0] ?? ''), {
      error: 'expected one URL, or several with the scheme `redis-cluster` or `redis-sentinel`',
    }),
  /** What all keys begin with, so that several graphs may share one Redis. */
  namespace: z
    .string()
    .refine((text) => !/[{}]/.test(text), {
      error: 'expected a text without braces, which have a meaning in the keys of Redis',
    })
    .default('selvedge'),
  /** For each command; beyond it the cache is passed by. */
  timeout: duration.prefault('250ms'),
});

const sharedKey = z.string().refine((key) => key !== '', { error: 'expected a key but got an empty text' });

/** Undefined: nobody may invalidate what is of the subgraph. */
const subgraphInvalidation = z
  .strictObject({ enabled: z.boolean().default(true), shared_key: sharedKey.optional() })
  .refine(({ enabled, shared_key }) => !enabled || shared_key !== undefined, {
    error: 'expected `shared_key` beside `enabled: true`',
  });

const lifetimes = {
  /** Of what a subgraph says that it may be stored by all, but not for how long. */
  ttl: duration.optional(),
  stale_while_revalidate: duration.optional(),
};

/** @param development where nothing else is said, answers tell what became of their parts in development only */
export function responseCache(development: boolean) {
  return z
    .strictObject({
      enabled: z.boolean().default(false),
      /** Whether answers have `x-selvedge-cache`. */
      debug: z.boolean().default(development),
      /** What becomes of a mutation while the cache cannot be reached. */
      mode: z.enum(['available', 'strict']).default('available'),
      /** What this process keeps of it, parts and whole answers together; 0: nothing, where Redis has it. */
      in_memory: z.strictObject({ max_bytes: z.int().nonnegative().default(64_000_000) }).prefault({}),
      whole_answers: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
      /** Where others say what has changed; nowhere unless told. */
      invalidation: z
        .strictObject({ listen: listenAddress, path: z.string().startsWith('/').default('/invalidation') })
        .optional(),
      subgraph: z
        .strictObject({
          all: z
            .strictObject({
              enabled: z.boolean().default(true),
              ...lifetimes,
              /** Nothing is kept for longer, whatever a subgraph says. */
              max_ttl: duration.prefault('24h'),
              redis: redis.optional(),
              invalidation: subgraphInvalidation.optional(),
            })
            .prefault({}),
          subgraphs: z
            .record(
              z.string(),
              z.strictObject({
                enabled: z.boolean().optional(),
                ...lifetimes,
                max_ttl: duration.optional(),
                invalidation: subgraphInvalidation.optional(),
              }),
            )
            .default({}),
        })
        .prefault({}),
    })
    .prefault({});
}
