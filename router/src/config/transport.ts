/** Keys of router.yaml for the way to subgraphs and back to clients: `traffic_shaping` and `tls`. */
import * as z from 'zod';
import { duration } from './values.js';

const http2Mode = z.enum(['disable', 'enable', 'http2only']);
const compression = z.enum(['gzip', 'br', 'deflate', 'identity']);

export const trafficShaping = z
  .strictObject({
    // The whole request gets longer than one fetch, so that a slow subgraph costs its own fields only.
    router: z
      .strictObject({
        timeout: duration.prefault('60s'),
        deduplicate_query: z.boolean().default(true),
        compression: z.boolean().default(true),
      })
      .prefault({}),
    all: z
      .strictObject({
        timeout: duration.prefault('30s'),
        deduplicate_query: z.boolean().default(true),
        compression: compression.optional(),
        experimental_http2: http2Mode.default('disable'),
      })
      .prefault({}),
    subgraphs: z
      .record(
        z.string(),
        z.strictObject({
          timeout: duration.optional(),
          deduplicate_query: z.boolean().optional(),
          compression: compression.optional(),
          experimental_http2: http2Mode.optional(),
        }),
      )
      .default({}),
  })
  .prefault({});

const pem = z.string().refine((text) => text.includes('-----BEGIN '), {
  error: 'expected a text in PEM, with its `-----BEGIN` line, but got something else',
});

const subgraphTls = z.strictObject({
  certificate_authorities: pem.optional(),
  client_authentication: z.strictObject({ certificate_chain: pem, key: pem }).optional(),
});

export const tls = z
  .strictObject({
    subgraph: z
      .strictObject({
        all: subgraphTls.prefault({}),
        subgraphs: z.record(z.string(), subgraphTls).default({}),
      })
      .prefault({}),
  })
  .prefault({});
