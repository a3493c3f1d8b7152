/**
 * Spans, and where they go: to the one collector that is configured. No provider is made global, so that no library in
 * the process begins to record because we do.
 */
import {
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Link,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api';
import type * as Sdk from '@opentelemetry/sdk-trace';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from '../config/schema.js';

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left. */
  close(): Promise<void>;
}

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
    sampler: new LinkSampler({ decision: sdk.SamplingDecision.RECORD_AND_SAMPLED }, samplerOf(sdk, common)),
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
  return { tracer: provider.getTracer('selvedge-router'), close: () => provider.shutdown() };
}

/**
 * What several requests share has a trace of its own, linked to theirs. It is recorded where one of theirs is: else its
 * link would lead nowhere.
 */
class LinkSampler implements Sampler {
  constructor(
    private readonly recorded: SamplingResult,
    private readonly others: Sampler,
  ) {}

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const isLinked = links.some(({ context: { traceFlags } }) => (traceFlags & TraceFlags.SAMPLED) !== 0);
    if (isLinked && trace.getSpanContext(context) === undefined) return this.recorded;
    return this.others.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `LinkSampler{${this.others.toString()}}`;
  }
}

function samplerOf(
  sdk: typeof Sdk,
  { sampler, parent_based_sampler: isParentBased }: TracingConfig['common'],
): Sampler {
  const root =
    sampler === 'always_on'
      ? new sdk.AlwaysOnSampler()
      : sampler === 'always_off'
        ? new sdk.AlwaysOffSampler()
        : new sdk.TraceIdRatioBasedSampler(sampler);
  return isParentBased
    ? new sdk.ParentBasedSampler({ root })
    : new LocalParentSampler({ decision: sdk.SamplingDecision.RECORD_AND_SAMPLED }, root);
}

/** Clients do not decide; within the request, whatever was decided for it holds. */
class LocalParentSampler implements Sampler {
  constructor(
    private readonly recorded: SamplingResult,
    private readonly root: Sampler,
  ) {}

  shouldSample(...args: Parameters<Sampler['shouldSample']>): SamplingResult {
    const parent = trace.getSpanContext(args[0]);
    // Children are begun below recorded spans only.
    if (parent !== undefined && parent.isRemote !== true) return this.recorded;
    return this.root.shouldSample(...args);
  }

  toString(): string {
    return this.root.toString();
  }
}

/** As Apollo Router takes it: the base of the collector, to which the path of the signal is added. */
function tracesUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
}
