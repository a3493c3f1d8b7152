/**
 * Every key that router.yaml may have, with its default. The names, nesting and value syntax are Apollo Router's
 * wherever it has the feature; ours alone are `client_cache`, `limits.subgraph_max_response_bytes` and the default of
 * `include_subgraph_errors`. Objects are strict: a key that is not here is an error, never ignored.
 */
import * as z from 'zod';
import { responseCache } from './response-cache.js';
import { telemetry } from './telemetry.js';
import { tls, trafficShaping } from './transport.js';
import { duration, headerName, httpUrl, listenAddress, namePattern, redisUrl } from './values.js';

export type RouterConfig = z.output<ReturnType<typeof routerConfigSchema>>;
export type HeaderRule = z.output<typeof headerRule>;
export type CorsConfig = RouterConfig['cors'];
export type LimitsConfig = RouterConfig['limits'];
export type DemandControlConfig = RouterConfig['demand_control'];
export type IntrospectConfig = NonNullable<RouterConfig['supergraph']['introspect']>;
export type ResponseCacheConfig = RouterConfig['response_cache'];
export type TelemetryConfig = RouterConfig['telemetry'];

/**
 * @param development introspection is on, and Apollo Studio may call, only in development, where nothing else is said
 */
export function routerConfigSchema(development: boolean) {
  return z.strictObject({
    supergraph: z
      .strictObject({
        listen: listenAddress.prefault('127.0.0.1:4000'),
        path: z.string().startsWith('/').default('/graphql'),
        introspection: z.boolean().default(development),
        /** Whether a client that asks for it by header gets the plan of its operation. Ours; Apollo Router has a plugin. */
        expose_query_plan: z.boolean().default(development),
        /** Whether `@defer` is part of what clients may ask. */
        defer_support: z.boolean().default(true),
        query_planning: queryPlanning,
        introspect: introspect.optional(),
        /** The path of a module, from the folder of router.yaml. */
        manager: z.string().min(1).optional(),
      })
      .prefault({}),
    override: z
      .strictObject({
        sticky: z.strictObject({ header: headerName }).optional(),
        labels: z.record(z.string(), z.boolean()).default({}),
      })
      .prefault({}),
    headers: z
      .strictObject({ all: headerRules.optional(), subgraphs: z.record(z.string(), headerRules).default({}) })
      .prefault({}),
    cors: cors(development ? ['https://studio.apollographql.com'] : []),
    traffic_shaping: trafficShaping,
    tls,
    batching,
    override_subgraph_url: z.record(z.string(), httpUrl).default({}),
    limits,
    include_subgraph_errors: z
      .strictObject({
        all: z.boolean().default(true),
        subgraphs: z.record(z.string(), z.boolean()).default({}),
      })
      .prefault({}),
    apq,
    demand_control: demandControl,
    response_cache: responseCache(development),
    client_cache: clientCache.optional(),
    telemetry: telemetry(development),
    homepage: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    health_check: z
      .strictObject({
        enabled: z.boolean().default(true),
        path: z.string().startsWith('/').default('/health'),
      })
      .prefault({}),
  });
}

/** Ours, as is `supergraph.manager`: Apollo Router takes a file, or what Apollo's cloud has. */
const introspect = z.strictObject({
  subgraphs: z
    .record(z.string(), httpUrl)
    .refine((subgraphs) => Object.keys(subgraphs).length > 0, { error: 'expected at least one subgraph' }),
  /** How often subgraphs are asked again; once unless told. */
  poll_interval: duration.optional(),
  health_check: z.boolean().default(false),
});

/** Ours; Apollo Router passes on what subgraphs say. */
const clientCache = z.strictObject({
  max_age: duration,
  /** For CDNs that purge by the keys in a header of answers. */
  surrogate_keys: z.strictObject({ header: headerName }).optional(),
});

/** `max_bytes`, `heap_limit_mb` and `warm_up_timeout` are ours. */
const queryPlanning = z
  .strictObject({
    cache: z
      .strictObject({
        in_memory: z
          .strictObject({
            limit: z.int().positive().default(512),
            max_bytes: z.int().positive().default(64_000_000),
          })
          .prefault({}),
      })
      .prefault({}),
    /** Apollo Router's default: a third of the cache. */
    warmed_up_queries: z.int().nonnegative().optional(),
    warm_up_timeout: duration.prefault('10s'),
    experimental_plans_limit: z.int().positive().optional(),
    experimental_paths_limit: z.int().positive().optional(),
    experimental_cooperative_cancellation: z
      .strictObject({
        enabled: z.literal(true).default(true),
        mode: z.literal('enforce').default('enforce'),
        timeout: duration.prefault('5s'),
      })
      .prefault({}),
    heap_limit_mb: z.int().positive().default(512),
  })
  .prefault({});

const headerRule = z
  .strictObject({
    propagate: z
      .strictObject({
        named: headerName.optional(),
        matching: namePattern.optional(),
        rename: headerName.optional(),
        default: z.string().optional(),
      })
      .refine((rule) => (rule.named === undefined) !== (rule.matching === undefined), {
        error: 'expected exactly one of `named` and `matching`',
      })
      .refine((rule) => rule.matching === undefined || (rule.rename ?? rule.default) === undefined, {
        error: 'expected `rename` and `default` beside `named` only',
      })
      .optional(),
    insert: z.strictObject({ name: headerName, value: z.string() }).optional(),
    remove: z
      .strictObject({ named: headerName.optional(), matching: namePattern.optional() })
      .refine((rule) => (rule.named === undefined) !== (rule.matching === undefined), {
        error: 'expected exactly one of `named` and `matching`',
      })
      .optional(),
  })
  .refine(
    (rule) => [rule.propagate, rule.insert, rule.remove].filter((part) => part !== undefined).length === 1,
    {
      error: 'expected exactly one of `propagate`, `insert` and `remove`',
    },
  );

const headerRules = z.strictObject({ request: z.array(headerRule).default([]) });

function cors(defaultOrigins: string[]) {
  return z
    .strictObject({
      origins: z.array(z.string()).default(defaultOrigins),
      allow_any_origin: z.boolean().default(false),
      allow_credentials: z.boolean().default(false),
      methods: z.array(z.string()).default(['GET', 'POST', 'OPTIONS']),
      /** Empty: whatever header the browser asks for, as Apollo Router does. */
      allow_headers: z.array(z.string()).default([]),
      expose_headers: z.array(z.string()).default([]),
      max_age: duration.optional(),
    })
    .refine((value) => !(value.allow_any_origin && value.allow_credentials), {
      error: 'expected `allow_credentials` with a list of `origins` but got it with `allow_any_origin`',
    })
    .prefault({});
}

const perSubgraphSwitch = z.strictObject({ enabled: z.boolean() });

/** `enabled` is for arrays that clients send; `subgraph` for arrays that the router sends. Neither needs the other. */
const batching = z
  .strictObject({
    enabled: z.boolean().default(false),
    mode: z.literal('batch_http_link').default('batch_http_link'),
    maximum_size: z.int().positive().default(50),
    subgraph: z
      .strictObject({
        all: perSubgraphSwitch.default({ enabled: false }),
        subgraphs: z.record(z.string(), perSubgraphSwitch).default({}),
      })
      .prefault({}),
  })
  .prefault({});

const limits = z
  .strictObject({
    http_max_request_bytes: z.int().positive().default(2_000_000),
    subgraph_max_response_bytes: z.int().positive().default(64_000_000),
    parser_max_tokens: z.int().positive().default(15_000),
    max_depth: z.int().positive().optional(),
    max_height: z.int().positive().optional(),
    max_aliases: z.int().positive().optional(),
    max_root_fields: z.int().positive().optional(),
  })
  .prefault({});

const apq = z
  .strictObject({
    enabled: z.boolean().default(true),
    router: z
      .strictObject({
        cache: z
          .strictObject({
            in_memory: z.strictObject({ limit: z.int().positive().default(512) }).prefault({}),
            redis: z
              .strictObject({
                urls: z
                  .array(redisUrl)
                  .length(1, { error: 'expected one Redis URL; a cluster is not supported' }),
                ttl: duration.prefault('24h'),
                timeout: duration.prefault('250ms'),
                namespace: z.string().default(''),
              })
              .optional(),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .prefault({});

const demandControl = z
  .strictObject({
    enabled: z.boolean().default(false),
    mode: z.enum(['measure', 'enforce']).default('measure'),
    strategy: z
      .strictObject({
        static_estimated: z
          .strictObject({
            list_size: z.int().nonnegative().default(10),
            max: z.number().positive().default(1_000),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .prefault({});
