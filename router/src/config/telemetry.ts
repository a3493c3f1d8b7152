/**
 * Keys of router.yaml for what the router tells of itself. Names and nesting are Apollo Router's; ours alone are
 * `server_timing`, `operation_names` and the default of `sampler`. Nothing leaves the process unless it says so here.
 */
import * as z from 'zod';
import { duration, httpUrl, listenAddress } from './values.js';

const sampler = z.union([z.enum(['always_on', 'always_off']), z.number().min(0).max(1)], {
  error: 'expected "always_on", "always_off" or a ratio from 0 to 1',
});

const tracing = z
  .strictObject({
    common: z
      .strictObject({
        service_name: z.string().min(1).default('selvedge-router'),
        /** Of what no client has decided; Apollo Router records all of it. */
        sampler: sampler.default(0.01),
        /** Whether a client's `traceparent` decides for its own requests. */
        parent_based_sampler: z.boolean().default(true),
        resource: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
      })
      .prefault({}),
    otlp: z
      .strictObject({
        enabled: z.boolean().default(false),
        endpoint: httpUrl.optional(),
        protocol: z.literal('http').default('http'),
        http: z.strictObject({ headers: z.record(z.string(), z.string()).default({}) }).prefault({}),
        batch_processor: z
          .strictObject({
            scheduled_delay: duration.prefault('5s'),
            max_queue_size: z.int().positive().default(2_048),
            max_export_batch_size: z.int().positive().default(512),
            max_export_timeout: duration.prefault('30s'),
          })
          .prefault({}),
      })
      .refine(({ enabled, endpoint }) => !enabled || endpoint !== undefined, {
        error: 'expected `endpoint` beside `enabled: true`: spans go nowhere by default',
      })
      .prefault({}),
  })
  .prefault({});

const metrics = z
  .strictObject({
    common: z
      .strictObject({
        /** Upper bounds in seconds, ascending. */
        buckets: z
          .array(z.number().positive())
          .min(1)
          .refine(
            (bounds) => bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0)),
            {
              error: 'expected upper bounds in ascending order',
            },
          )
          .default([
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
          ]),
        /** The only operation names that become labels; all others are `other`. Empty: no metric has such a label. */
        operation_names: z.array(z.string()).max(1_000).default([]),
      })
      .prefault({}),
    prometheus: z
      .strictObject({
        enabled: z.boolean().default(false),
        listen: listenAddress.prefault('127.0.0.1:9090'),
        path: z.string().startsWith('/').default('/metrics'),
      })
      .prefault({}),
  })
  .prefault({});

/** @param development where nothing else is said, clients see timings in development only */
export function telemetry(development: boolean) {
  return z
    .strictObject({
      server_timing: z.boolean().default(development),
      exporters: z.strictObject({ tracing, metrics }).prefault({}),
    })
    .prefault({});
}
