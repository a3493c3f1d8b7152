/**
 * Keys of router.yaml for the cache of parts of answers. Names and nesting are Apollo Router's; ours alone are `mode`,
 * `max_clock_difference`, `in_memory`, `whole_answers`, `max_ttl` and `stale_while_revalidate`. What is cached and what that promises: docs/response-cache.md.
 */
import { parseRedisUrls } from '@selvedge/cache';
import * as z from 'zod';
import { duration, listenAddress } from './values.js';

const redis = z.strictObject({
  /** In any form that `parseRedisUrls` knows; several: nodes of a cluster, or Sentinels. */
  urls: z
    .array(z.string())
    .min(1)
    .superRefine((urls, context) => {
      if (urls.length === 0) return;
      try {
        parseRedisUrls(urls);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      }
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
      /** Of routers and subgraphs: so much later, twice, a mutation may end that nobody waits for any more. */
      max_clock_difference: duration.prefault('1s'),
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
    .refine(
      ({ invalidation, subgraph: { all, subgraphs } }) =>
        invalidation === undefined || hasKey([all, ...Object.values(subgraphs)]),
      {
        error: 'expected a `shared_key` for all subgraphs, or for one, beside `invalidation`',
      },
    )
    .prefault({});
}

function hasKey(
  subgraphs: readonly { readonly invalidation?: z.output<typeof subgraphInvalidation> | undefined }[],
): boolean {
  return subgraphs.some(({ invalidation }) => invalidation?.enabled === true);
}
