/**
 * Spans, and where they go: to the one collector that is configured. No provider is made global, so that no library in
 * the process begins to record because we do.
 */
import { ROOT_CONTEXT, TraceFlags, type SpanContext, type Tracer } from '@opentelemetry/api';
import type * as Sdk from '@opentelemetry/sdk-trace';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TelemetryConfig } from '../config/schema.js';

/** Whether a request is recorded, whose client named its own span or did not. */
type Records = (sender: SpanContext | null) => boolean;

export interface Tracing {
  readonly tracer: Tracer;
  readonly records: Records;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Milliseconds. */
const closePatience = 2_000;

type TracingConfig = TelemetryConfig['exporters']['tracing'];

/** @returns `null` where no collector is configured; nothing of the SDK is loaded then */
export async function startTracing({ common, otlp }: TracingConfig): Promise<Tracing | null> {
  if (!otlp.enabled || otlp.endpoint === undefined) return null;
  const [sdk, { OTLPTraceExporter }, { defaultResource, resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const { batch_processor: batch } = otlp;
  const provider = new sdk.TracerProvider({
    // It is decided before: what is begun is recorded.
    sampler: new sdk.AlwaysOnSampler(),
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': common.service_name, ...common.resource }),
    ),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: tracesUrl(otlp.endpoint), headers: otlp.http.headers }),
        scheduledDelayMillis: batch.scheduled_delay,
        maxQueueSize: batch.max_queue_size,
        maxExportBatchSize: batch.max_export_batch_size,
        exportTimeoutMillis: batch.max_export_timeout,
      }),
    ],
  });
  return {
    tracer: provider.getTracer('selvedge-router'),
    records: recordsBy(sdk, common),
    async close() {
      // A collector that is gone must not hold up the end of the process; what it would have got is lost then.
      const patience = sleep(closePatience, undefined, { ref: false });
      await Promise.race([provider.shutdown().catch(() => undefined), patience]);
    },
  };
}

function recordsBy(sdk: typeof Sdk, common: TracingConfig['common']): Records {
  const { sampler, parent_based_sampler: isParentBased } = common;
  const ratio = sampler === 'always_on' ? 1 : sampler === 'always_off' ? 0 : sampler;
  const byTraceId = new sdk.TraceIdRatioBasedSampler(ratio);
  return (sender) => {
    if (sender === null) return Math.random() < ratio;
    if (isParentBased) return (sender.traceFlags & TraceFlags.SAMPLED) !== 0;
    // As other parts of the trace decide that go by the same ratio.
    const { decision } = byTraceId.shouldSample(ROOT_CONTEXT, sender.traceId);
    return decision === sdk.SamplingDecision.RECORD_AND_SAMPLED;
  };
}

/** As Apollo Router takes it: the base of the collector, to which the path of the signal is added. */
function tracesUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
}
